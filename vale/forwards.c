/* SPDX-License-Identifier: BSD-3-Clause */
/* forwards.c -- the forwarding functions there are. */
#include "base/compiler.h"
#include "vale/forward.h"

static const struct vale_forward *const forwards[] = {
	&vale_forward_learning,
	&vale_forward_mac,
	&vale_forward_ip,
	&vale_forward_wire,
	&vale_forward_chain,
};

const struct vale_forward *
vale_forward_find(struct str name, struct strbuf *names)
{
	for (size_t i = 0; i < ARRAY_SIZE(forwards); i++) {
		if (str_is(name, forwards[i]->name))
			return forwards[i];
		sb_printf(names, " %s", forwards[i]->name);
	}
	return NULL;
}
