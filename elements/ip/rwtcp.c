/* SPDX-License-Identifier: BSD-3-Clause */
/* rwtcp.c -- sequence numbers and arguments of TCP rewriters. */
#include "elements/ip/rwtcp.h"

#include <stdlib.h>

#include "click/conf.h"

enum { OPT_EOL = 0, OPT_NOP = 1, OPT_SACK = 5 };

/* Changes fall behind when sequence numbers are 2^30 beyond them. */
static const uint32_t RWTCP_BEHIND = 1u << 30;

static bool
rwtcp_seq_geq(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) >= 0;
}

static struct rwtcp_seq *
rwtcp_of(const struct flowset *set, const struct rewriter_flow *f)
{
	return set->seqs.v[f->seq - 1];
}

/* The number (from 1) of a new entry, 0: no memory. */
static uint32_t
rwtcp_new(struct flowset *set)
{
	struct rwtcp_seq *s = calloc(1, sizeof(*s));
	size_t i = set->seqs_full;

	if (s == NULL)
		return 0;
	while (i < set->seqs.n && set->seqs.v[i] != NULL)
		i++;
	if (i < set->seqs.n) {
		set->seqs.v[i] = s;
	} else if (vec_push(&set->seqs, s) != 0) {
		free(s);
		return 0;
	}
	set->seqs_full = (uint32_t)i + 1;
	return set->seqs_full;
}

int
rwtcp_restore(
    struct flowset *set, struct rewriter_flow *f, const struct rwtcp_seq *seq)
{
	f->seq = rwtcp_new(set);
	if (f->seq == 0)
		return ERR_NOMEM;
	*rwtcp_of(set, f) = *seq;
	return 0;
}

void
rwtcp_end(struct flowset *set, struct rewriter_flow *f)
{
	if (f->seq == 0)
		return;
	free(rwtcp_of(set, f));
	set->seqs.v[f->seq - 1] = NULL;
	if (set->seqs_full >= f->seq)
		set->seqs_full = f->seq - 1;
	f->seq = 0;
}

/* The oldest change of a direction becomes its base. */
static void
rwtcp_forget(struct rwtcp_seq *s, unsigned int d)
{
	s->base[d] = s->change[d][0].delta;
	s->n[d]--;
	memmove(&s->change[d][0], &s->change[d][1],
	    s->n[d] * sizeof(s->change[d][0]));
}

int
rwtcp_change(struct flowset *set, struct rewriter_flow *f,
    unsigned int direction, uint32_t trigger, int32_t d)
{
	struct rwtcp_change *last;
	struct rwtcp_seq *s;
	unsigned int n;

	if (f->seq == 0)
		f->seq = rwtcp_new(set);
	if (f->seq == 0)
		return ERR_NOMEM;
	s = rwtcp_of(set, f);
	n = s->n[direction];
	if (n > 0) {
		last = &s->change[direction][n - 1];
		if (!rwtcp_seq_geq(trigger, last->trigger))
			return ERR_RANGE;
		if (trigger == last->trigger)
			n = --s->n[direction];
	}
	if (n == RWTCP_CHANGES) {
		rwtcp_forget(s, direction);
		n--;
	}
	s->change[direction][n] = (struct rwtcp_change){ trigger,
		(n > 0 ? s->change[direction][n - 1].delta
		       : s->base[direction]) +
		    d };
	s->n[direction]++;
	return 0;
}

int32_t
rwtcp_delta(const struct flowset *set, const struct rewriter_flow *f,
    unsigned int direction)
{
	const struct rwtcp_seq *s;
	unsigned int n;

	if (f->seq == 0)
		return 0;
	s = rwtcp_of(set, f);
	n = s->n[direction];
	return n > 0 ? s->change[direction][n - 1].delta : s->base[direction];
}

static uint32_t
rwtcp_new_seq(const struct rwtcp_seq *s, unsigned int d, uint32_t seq)
{
	for (unsigned int i = s->n[d]; i-- > 0;)
		if (rwtcp_seq_geq(seq, s->change[d][i].trigger))
			return seq + (uint32_t)s->change[d][i].delta;
	return seq + (uint32_t)s->base[d];
}

/* d: the direction whose bytes are acknowledged. */
static uint32_t
rwtcp_new_ack(const struct rwtcp_seq *s, unsigned int d, uint32_t ack)
{
	for (unsigned int i = s->n[d]; i-- > 0;) {
		const struct rwtcp_change *c = &s->change[d][i];

		if (rwtcp_seq_geq(ack - (uint32_t)c->delta, c->trigger))
			return ack - (uint32_t)c->delta;
	}
	return ack - (uint32_t)s->base[d];
}

/*
 * Writes a number at an offset in the header and mends the checksum; a number
 * at an odd offset counts with its bytes swapped.
 */
static void
rwtcp_put(struct tcp *tcp, uint8_t *at, uint32_t x)
{
	uint32_t old = get_u32(at), new_;

	put_be32(at, x);
	new_ = get_u32(at);
	if (((at - (uint8_t *)tcp) & 1) != 0) {
		old = old << 8 | old >> 24;
		new_ = new_ << 8 | new_ >> 24;
	}
	put_u16(tcp->sum, csum_update32(get_u16(tcp->sum), old, new_));
}

static void
rwtcp_renumber_sack(const struct rwtcp_seq *s, unsigned int d, struct tcp *tcp)
{
	uint8_t *o = (uint8_t *)(tcp + 1);
	uint8_t *end = (uint8_t *)tcp + tcp_hlen(tcp);

	while (o < end && *o != OPT_EOL) {
		if (*o == OPT_NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			return;
		if (*o == OPT_SACK && o[1] % 8 == 2)
			for (uint8_t *x = o + 2; x < o + o[1]; x += 4)
				rwtcp_put(
				    tcp, x, rwtcp_new_ack(s, d, get_be32(x)));
		o += o[1];
	}
}

void
rwtcp_renumber(const struct flowset *set, struct rewriter_flow *f,
    unsigned int direction, struct tcp *tcp, int32_t room)
{
	struct rwtcp_seq *s = rwtcp_of(set, f);
	uint32_t seq = get_be32(tcp->seq);

	if ((int32_t)tcp_hlen(tcp) > room)
		return;
	if (s->n[direction] > 0 &&
	    rwtcp_seq_geq(seq, s->change[direction][0].trigger + RWTCP_BEHIND))
		rwtcp_forget(s, direction);
	if (s->n[direction] > 0 || s->base[direction] != 0)
		rwtcp_put(tcp, tcp->seq, rwtcp_new_seq(s, direction, seq));
	if (s->n[!direction] > 0 || s->base[!direction] != 0) {
		rwtcp_put(tcp, tcp->ack,
		    rwtcp_new_ack(s, !direction, get_be32(tcp->ack)));
		rwtcp_renumber_sack(s, !direction, tcp);
	}
}

/* ---- arguments and handlers ---- */

int
rwtcp_configure(struct rewriter *rw, const struct strs *conf, struct arena *mem,
    struct strs *rest, struct errh *errh)
{
	uint32_t nodata = 300, data = 86400, done = 240, guarantee = 5;
	struct rewriter_times *times = &rw->times[TRACK_TCP];
	struct arg_anno anno = { 0, 0 };
	struct args a;
	int err;

	args_init(&a, conf, rw->e, errh);
	args_seconds(&a, "TCP_NODATA_TIMEOUT", 0, &nodata);
	args_seconds(&a, "TCP_GUARANTEE", 0, &guarantee);
	args_seconds(&a, "TIMEOUT", 0, &data);
	args_seconds(&a, "TCP_TIMEOUT", 0, &data);
	args_seconds(&a, "TCP_DONE_TIMEOUT", 0, &done);
	rewriter_args_annos(rw, &a, true, &anno);
	err = args_consume(&a, mem, rest);
	if (err != 0)
		return err;
	times->idle_ms = rewriter_ms(nodata);
	times->busy_ms = rewriter_ms(data);
	times->done_ms = rewriter_ms(done);
	times->guarantee_ms = rewriter_ms(guarantee);
	rewriter_set_annos(rw, anno);
	return 0;
}

int
rwtcp_read_lookup(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);
	struct flow_key id = { 0 }, to;
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	uint16_t sport = 0, dport = 0;
	struct args a;
	uint32_t ref;
	int err;

	(void)user;
	err = conf_split_space(call->text, &mem, &words);
	if (err != 0)
		goto out;
	args_init(&a, &words, e, call->errh);
	args_ip4(&a, "SADDR", ARG_POS | ARG_MAND, &id.src);
	args_tcp_port(&a, "SPORT", ARG_POS | ARG_MAND, &sport);
	args_ip4(&a, "DADDR", ARG_POS | ARG_MAND, &id.dst);
	args_tcp_port(&a, "DPORT", ARG_POS | ARG_MAND, &dport);
	err = args_complete(&a);
	if (err != 0)
		goto out;
	id.sport = __builtin_bswap16(sport);
	id.dport = __builtin_bswap16(dport);
	ref = rewriter_get(rw, call->thread, IPPROTO4_TCP, &id, false, -1);
	if (ref != 0) {
		to = rewriter_becomes(
		    flowset_flow(rw->set, flow_ref_record(ref)),
		    flow_ref_which(ref));
		sb_ip4(call->out, to.src);
		sb_printf(call->out, " %u ", __builtin_bswap16(to.sport));
		sb_ip4(call->out, to.dst);
		sb_printf(call->out, " %u", __builtin_bswap16(to.dport));
	}
out:
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

void
rwtcp_unparse(const struct flowset *set, const struct rewriter_flow *f,
    unsigned int direction, struct strbuf *out)
{
	int32_t delta = rwtcp_delta(set, f, direction);

	rewriter_unparse_ports(set, f, direction, out);
	if (delta != 0)
		sb_printf(out, " seq %+d", (int)delta);
}

void
rwtcp_start(struct rewriter *rw, struct rewriter_flow *f)
{
	(void)rw;
	f->proto = IPPROTO4_TCP;
	f->track = TRACK_TCP;
}
