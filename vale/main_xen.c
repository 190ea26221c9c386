/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * main_xen.c -- vale serve's options for Xen guests:
 *
 *	--xen auto|on|off        auto: where there is a Xen (default)
 *	--xen-ring on|off        offer guests the shared ring
 *	--xen-split on|off       two event channels a standard vif
 *	--xen-events batch|frame how often a guest is told
 *	--xen-copy N             pieces a grant copy, 0: as many as come
 */
#include <string.h>

#include "base/err.h"
#include "vale/main.h"
#include "vale/number.h"

/* The place of value among the words of choices ("on|off"), or -1. */
static int
xen_choice(const char *value, const char *choices)
{
	struct str all = str_of(choices);

	for (int i = 0; all.n > 0; i++) {
		size_t bar = str_find(all, '|', 0);

		if (str_is(str_sub(all, 0, bar), value))
			return i;
		all = str_from(all, bar + 1);
	}
	return -1;
}

const char *
main_xen_option(struct main_xen *m, const char *option, const char *value)
{
	const struct {
		const char *option, *choices;
		bool *second; /* set when the second choice is made */
	} switches[] = {
		{ "--xen-ring", "on|off", &m->options.no_ring },
		{ "--xen-split", "on|off", &m->options.no_split },
		{ "--xen-events", "batch|frame", &m->options.one_event },
	};
	uint64_t x;
	int choice;

	if (strcmp(option, "--xen") == 0) {
		choice = xen_choice(value, "auto|on|off");
		m->want = choice;
		return choice < 0 ? "auto, on or off" : "";
	}
	if (strcmp(option, "--xen-copy") == 0) {
		if (!number_parse(str_of(value), 1024, &x))
			return "pieces, at most 1024";
		m->options.copy_batch = (unsigned int)x;
		return "";
	}
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (strcmp(option, switches[i].option) != 0)
			continue;
		choice = xen_choice(value, switches[i].choices);
		*switches[i].second = choice == 1;
		return choice < 0 ? switches[i].choices : "";
	}
	return NULL;
}

int
main_xen_start(struct main_xen *m, struct vale *v, struct diag *why)
{
	struct diag reason = { "" };

	if (m->want == MAIN_XEN_OFF)
		return 0;
	m->options.ops = xenhost_load(&reason);
	if (m->options.ops != NULL)
		m->xen = vale_xen_new(v, &m->options, &reason);
	if (m->xen != NULL)
		return 0;
	if (m->want == MAIN_XEN_ON)
		return diag(why, ERR_NOTSUP, "%s",
		    reason.text[0] != '\0' ? reason.text
		                           : "xen: this is no Xen host");
	/* A host that has Xen should know why its guests are not served. */
	if (reason.text[0] != '\0' && m->options.log != NULL)
		m->options.log(m->options.log_arg, reason.text);
	return 0;
}

void
main_xen_stop(struct main_xen *m)
{
	if (m->xen != NULL)
		vale_xen_free(m->xen);
}
