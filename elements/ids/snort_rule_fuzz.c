/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snort_rule_fuzz.c -- any bytes as a file of rules; what can be read is made
 * ready and shown a packet.
 */
#include <stdlib.h>

#include "elements/ids/rule_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ip4 ip = { .vhl = 0x45,
		.ttl = 64,
		.proto = IPPROTO4_TCP,
		.src = { 10, 0, 0, 1 },
		.dst = { 10, 0, 0, 2 } };
	struct snort_rules rules = { .lenient = true };
	struct rule_set set = { 0 };
	struct rule_matches m;
	struct errh errh;

	errh_silent_init(&errh);
	if (snort_rules_parse(&rules, str_make((const char *)data, size),
	        STR("fuzz"), &errh) == 0 &&
	    rule_set_init(&set, &rules) == 0 && set.nrules > 0) {
		uint32_t words = rule_set_words(&set);
		uint64_t *scratch = calloc(3 * words, sizeof(*scratch));
		struct rule_view v = { .ip = &ip,
			.sport = 1024,
			.dport = 80,
			.flags = TCP_ACK,
			.flow = SNORT_ESTABLISHED,
			.itype = -1,
			.icode = -1,
			.data = data,
			.n = (uint32_t)size,
			.dsize = (uint32_t)size,
			.fresh = (uint32_t)size / 2,
			.message = (int32_t)size / 3,
			.pending = scratch + 2 * words };

		rule_matches_init(&m);
		rule_set_match_header(&set, &v, &m);
		rule_set_match_contents(&set, &v, scratch, &m);
		rule_set_match_contents(&set, &v, scratch, &m);
		free(scratch);
	}
	rule_set_fini(&set);
	snort_rules_fini(&rules);
	errh_fini(&errh);
	return 0;
}
