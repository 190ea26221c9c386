/* SPDX-License-Identifier: BSD-3-Clause */
/* classes.c -- element classes by name. */
#include "click/classes.h"

#include "base/compiler.h"
#include "click/element.h"

/* Second names, sorted. */
static const struct {
	const char *name, *class;
} class_synonyms[] = {
	{ "EtherVlanEncap", "EtherVLANEncap" },
	{ "FullNoteQueue", "Queue" },
	{ "ICMPSendPings", "ICMPPingSource" },
	{ "SetVlanAnno", "SetVLANAnno" },
	{ "SortedTaskSched", "BalancedThreadSched" },
	{ "StripEtherVlanHeader", "StripEtherVLANHeader" },
};

bool
class_synonym(size_t i, const char **name, const char **class_name)
{
	if (i >= ARRAY_SIZE(class_synonyms))
		return false;
	*name = class_synonyms[i].name;
	*class_name = class_synonyms[i].class;
	return true;
}

static const struct element_class *
class_search(struct str name)
{
	size_t from = 0, to = class_count;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct element_class *class = class_table[mid].class;
		int order = str_cmp(name, str_of(class->name));

		if (order == 0)
			return class;
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

const struct element_class *
class_find(struct str name)
{
	const struct element_class *class = class_search(name);

	for (size_t i = 0; class == NULL && i < ARRAY_SIZE(class_synonyms); i++)
		if (str_is(name, class_synonyms[i].name))
			class = class_search(str_of(class_synonyms[i].class));
	return class;
}
