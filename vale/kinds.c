/* SPDX-License-Identifier: BSD-3-Clause */
/* kinds.c -- see kinds.h. */
#include "vale/kinds.h"

#include "base/compiler.h"

static const struct vale_kind *const kinds[] = {
	&vale_kind_ring,
	&vale_kind_tap,
	&vale_kind_vhost_user,
	&vale_kind_af_packet,
	&vale_kind_af_xdp,
	&vale_kind_pcap,
};

int
vale_kind_find(struct str name, const struct vale_kind **kind, struct diag *why)
{
	struct strbuf names = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (str_is(name, kinds[i]->name)) {
			*kind = kinds[i];
			sb_fini(&names);
			return 0;
		}
		sb_printf(&names, " %s:%s", kinds[i]->name, kinds[i]->usage);
	}
	diag(why, ERR_NOTFOUND, "'%.*s': no such kind of port; there are%s",
	    STR_ARG(name), sb_cstr(&names));
	sb_fini(&names);
	return ERR_NOTFOUND;
}
