/* SPDX-License-Identifier: BSD-3-Clause */
/* ids_log.c -- alerts of the IDS element; see ids.h. */
#include "base/addr.h"
#include "base/stamp.h"
#include "elements/ids/ids.h"

void
ids_log_add(struct ids *self, const struct ids_packet *pk, uint32_t rule)
{
	const struct rule_view *v = &pk->view;
	struct ids_alert *a;

	self->rule_alerts[rule]++;
	if (self->log_size > 0) {
		a = &self->log[self->alerts % self->log_size];
		*a = (struct ids_alert){ .time_ns =
			                     pk->time_ns != 0
			                         ? pk->time_ns
			                         : thread_wall_ns(pk->thread),
			.rule = rule,
			.src = get_u32(v->ip->src),
			.dst = get_u32(v->ip->dst),
			.sport = v->sport,
			.dport = v->dport,
			.proto = v->ip->proto };
	}
	self->alerts++;
}

static void
ids_log_end(struct strbuf *out, uint32_t addr, uint16_t port, bool ports)
{
	sb_ip4(out, addr);
	if (ports)
		sb_printf(out, ":%u", port);
}

static void
ids_log_print_one(
    const struct ids *self, const struct ids_alert *a, struct strbuf *out)
{
	const struct snort_rule *r = &self->rules.rules.v[a->rule];
	bool ports = a->proto == IPPROTO4_TCP || a->proto == IPPROTO4_UDP;

	sb_stamp(out, a->time_ns);
	sb_printf(
	    out, " [%u:%u:%u] %.*s", r->gid, r->sid, r->rev, STR_ARG(r->msg));
	if (r->classtype.n > 0)
		sb_printf(out, " [%.*s]", STR_ARG(r->classtype));
	if (r->priority != 0)
		sb_printf(out, " [priority %u]", r->priority);
	if (r->action == SNORT_DROP)
		sb_adds(out, " [drop]");
	if (a->proto == IPPROTO4_TCP)
		sb_adds(out, " tcp ");
	else if (a->proto == IPPROTO4_UDP)
		sb_adds(out, " udp ");
	else if (a->proto == IPPROTO4_ICMP)
		sb_adds(out, " icmp ");
	else
		sb_printf(out, " %u ", a->proto);
	ids_log_end(out, a->src, a->sport, ports);
	sb_adds(out, " -> ");
	ids_log_end(out, a->dst, a->dport, ports);
	sb_addc(out, '\n');
}

void
ids_log_print(const struct ids *self, struct strbuf *out)
{
	uint64_t n =
	    self->alerts < self->log_size ? self->alerts : self->log_size;

	for (uint64_t i = self->alerts - n; i < self->alerts; i++)
		ids_log_print_one(self, &self->log[i % self->log_size], out);
}

void
ids_log_print_sids(const struct ids *self, struct strbuf *out)
{
	for (uint32_t i = 0; i < self->set.nrules; i++) {
		const struct snort_rule *r = &self->rules.rules.v[i];

		if (self->rule_alerts[i] > 0)
			sb_printf(out, "%u:%u %llu %.*s\n", r->gid, r->sid,
			    (unsigned long long)self->rule_alerts[i],
			    STR_ARG(r->msg));
	}
}

void
ids_log_print_stats(const struct ids *self, struct strbuf *out)
{
	static const char *const names[IDS_COUNTS] = { "packets", "other",
		"bad_checksum", "retransmitted", "differs", "lost", "gaps",
		"evicted", "untracked", "gave_up", "more_rules", "blocked",
		"passed" };

	for (int i = 0; i < IDS_COUNTS; i++)
		sb_printf(out, "%s %llu\n", names[i],
		    (unsigned long long)self->count[i]);
	sb_printf(out, "fragments %llu\nfragments_failed %llu\n",
	    (unsigned long long)self->fragments.fragments,
	    (unsigned long long)self->fragments.failed);
}
