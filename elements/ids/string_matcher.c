/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StringMatcher(PATTERN1, ..., PATTERNn [, keywords]) -- look for strings in
 * packets, all at once
 *
 *   in 0    packets
 *   out 0   those in which nothing was found
 *   out 1   the others; killed when nothing is connected there
 *   out k   with EACH: packets in which PATTERNk was found; the lowest k if
 *           several were
 *
 *   PATTERN       a string; "\<47 45 54>" stands for bytes
 *   NOCASE        true: ASCII letters match in both cases (default false)
 *   ALL           true: a packet must hold every pattern (default false)
 *   EACH          true: an output a pattern, see above (default false)
 *   BARS          true: patterns are written as in Snort's rules, bytes in
 *                 hexadecimal between bars: "GET |20 2f|" (default false)
 *   PAYLOAD_ONLY  true: look behind the TCP or UDP header, or behind the IP
 *                 header of other protocols; packets without a header
 *                 position and later fragments are searched whole (default
 *                 false)
 *
 *   matches         read: packets in which something was found
 *   counts          read: for each pattern its number, from 1, and the packets
 *                   in which it was the one that decided
 *   reset_count(s)  write: both become 0
 *   patterns        read: how many there are
 *   memory          read: bytes that the set of patterns takes
 *
 * Patterns are found by vectors and hashing, about 0.2 ns a byte for ten and
 * 0.6 ns for a hundred; no packet, whatever it was made of, costs more than a
 * walk through an automaton, 3 to 15 ns a byte (see base/strset.h).  FastClick
 * has the same element; there a pattern's quotes are part of it.
 *
 * Memory: about 290 bytes a string of eight letters, its argument among them,
 * where there are a thousand.
 *
 *	... -> s :: StringMatcher("cmd.exe", "/etc/passwd", NOCASE true);
 *	s[0] -> ...; s[1] -> Print(attack) -> Discard;
 */
#include <stdlib.h>

#include "base/strset.h"
#include "click/conf.h"
#include "elements/ids/content_text.h"
#include "elements/ip/ip_header.h"

enum { PATTERNS_MAX = 32768 }; /* "seen" lies in scratch memory: 4 kB */

struct string_matcher {
	struct strset *set;
	uint64_t *counts; /* one a pattern */
	uint64_t matches;
	bool all, each, payload_only;
};

/* What configure reads, until nothing can go wrong any more. */
struct string_matcher_conf {
	struct strset *set;
	bool nocase, bars;
	bool all, each, payload_only;
};

static bool
string_matcher_parse(struct arg_ctx *c, struct str text, void *arg)
{
	struct string_matcher_conf *k = arg;
	struct strbuf sb = STRBUF_INIT;
	struct str bytes;
	const char *wrong = NULL;
	int number;

	if (conf_unquote(text, c->mem, &bytes) != 0)
		return arg_error(c, "out of memory");
	if (k->bars) {
		wrong = content_text_parse(bytes, &sb);
		bytes = sb_str(&sb);
	}
	if (wrong != NULL) {
		sb_fini(&sb);
		return arg_error(
		    c, "pattern %u %s", strset_count(k->set) + 1, wrong);
	}
	if (sb.oom)
		number = ERR_NOMEM;
	else if (strset_count(k->set) == PATTERNS_MAX)
		number = ERR_RANGE;
	else
		number = strset_add(k->set, bytes, k->nocase);
	sb_fini(&sb);
	if (number == ERR_NOMEM)
		return arg_error(c, "out of memory");
	if (number < 0 && bytes.n == 0)
		return arg_error(
		    c, "pattern %u is empty", strset_count(k->set) + 1);
	if (number < 0)
		return arg_error(c,
		    "more than %d patterns, or one longer than "
		    "%d bytes",
		    PATTERNS_MAX, STRSET_LENGTH);
	return true;
}

static int
string_matcher_check(
    struct element *e, const struct string_matcher_conf *k, struct errh *errh)
{
	uint32_t n = strset_count(k->set);

	if (n == 0)
		return errh_error(errh, "no patterns");
	if (k->each && k->all)
		return errh_error(errh, "EACH and ALL exclude each other");
	if (k->each && e->nout > n + 1)
		return errh_error(errh,
		    "%u outputs for %u pattern%s: at most "
		    "%u are used",
		    e->nout, n, n == 1 ? "" : "s", n + 1);
	if (!k->each && e->nout > 2)
		return errh_error(
		    errh, "%u outputs: more than two need EACH", e->nout);
	return 0;
}

/* Puts the new set in the place of the old. */
static int
string_matcher_take(struct string_matcher *self,
    const struct string_matcher_conf *k, struct errh *errh)
{
	uint64_t *counts = calloc(strset_count(k->set), sizeof(*counts));

	if (counts == NULL || strset_compile(k->set, STRSET_BEST) != 0) {
		free(counts);
		return errh_error(errh, "out of memory");
	}
	strset_free(self->set);
	free(self->counts);
	self->set = k->set;
	self->counts = counts;
	self->all = k->all;
	self->each = k->each;
	self->payload_only = k->payload_only;
	return 0;
}

static int
string_matcher_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct string_matcher_conf k = { .set = strset_new() };
	struct args a;
	int err;

	if (k.set == NULL)
		return errh_error(errh, "out of memory");
	args_init(&a, conf, e, errh);
	args_bool(&a, "NOCASE", 0, &k.nocase);
	args_bool(&a, "BARS", 0, &k.bars);
	args_bool(&a, "ALL", 0, &k.all);
	args_bool(&a, "EACH", 0, &k.each);
	args_bool(&a, "PAYLOAD_ONLY", 0, &k.payload_only);
	err = args_execute(&a); /* patterns are read as these say */
	args_read_all(&a, "PATTERN", ARG_POS, string_matcher_parse, &k);
	if (args_complete(&a) != 0 || err != 0)
		err = ERR_INVAL;
	if (err == 0)
		err = string_matcher_check(e, &k, errh);
	if (err == 0)
		err = string_matcher_take(element_state(e), &k, errh);
	if (err != 0)
		strset_free(k.set);
	return err;
}

static void
string_matcher_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct string_matcher *self = element_state(e);

	(void)stage;
	strset_free(self->set);
	free(self->counts);
}

/* ---- packets ---- */

/* What one packet's scan has found. */
struct string_matcher_scan {
	uint32_t wanted; /* ALL: how many more */
	uint32_t lowest; /* pattern found */
	bool each;
};

static bool
string_matcher_hit(void *arg, uint32_t number, size_t end)
{
	struct string_matcher_scan *scan = arg;

	(void)end;
	if (number < scan->lowest)
		scan->lowest = number;
	if (scan->each)
		return number == 0; /* none can be lower */
	return --scan->wanted == 0;
}

/* Where the search begins, as an offset into p's data. */
static uint32_t
string_matcher_payload(const struct packet *p)
{
	const struct ip4 *ip = ip_header_whole(p);
	uint32_t n = ip_header_transport_length(p), header = 0;

	if (ip == NULL || !ip_header_first_fragment(ip) || n == 0)
		return 0;
	if (ip->proto == IPPROTO4_TCP && n >= sizeof(struct tcp))
		header =
		    tcp_hlen((const struct tcp *)(void *)packet_transport(p));
	else if (ip->proto == IPPROTO4_UDP)
		header = sizeof(struct udp);
	return (uint32_t)packet_transport_offset(p) + (header < n ? header : n);
}

static inline int
string_matcher_one(struct element *e, struct thread *t, struct packet **p)
{
	struct string_matcher *self = element_state(e);
	uint32_t n = strset_count(self->set);
	struct string_matcher_scan scan = {
		.wanted = self->all ? n : 1, .lowest = n, .each = self->each
	};
	struct scratch_mark m = scratch_mark(t);
	uint32_t from = self->payload_only ? string_matcher_payload(*p) : 0;
	uint64_t *seen = NULL;
	bool found;

	if (self->all) {
		size_t bytes = strset_words(self->set) * sizeof(*seen);

		seen = scratch_alloc(t, bytes);
		memset(seen, 0, bytes);
	}
	found = strset_scan(self->set, (*p)->data + from, (*p)->length - from,
	    seen, string_matcher_hit, &scan);
	scratch_release(t, m);
	if (!found && !(self->each && scan.lowest < n))
		return 0;
	counter_add(&self->matches, t, 1);
	counter_add(&self->counts[scan.lowest], t, 1);
	return self->each ? (int)scan.lowest + 1 : 1;
}

static void
string_matcher_action(struct element *e, struct batch *b)
{
	batch_route(e, b, string_matcher_one);
}

/* ---- handlers ---- */

enum { H_COUNTS, H_PATTERNS, H_MEMORY };

static int
string_matcher_read(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct string_matcher *self = element_state(e);

	if (user == H_PATTERNS)
		sb_u64(call->out, strset_count(self->set));
	else if (user == H_MEMORY)
		sb_u64(call->out, strset_bytes(self->set));
	else
		for (uint32_t i = 0; i < strset_count(self->set); i++)
			sb_printf(call->out, "%u %llu\n", i + 1,
			    (unsigned long long)self->counts[i]);
	return 0;
}

static int
string_matcher_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct string_matcher *self = element_state(e);

	(void)user;
	(void)call;
	self->matches = 0;
	memset(
	    self->counts, 0, strset_count(self->set) * sizeof(*self->counts));
	return 0;
}

static void
string_matcher_add_handlers(struct element *e)
{
	struct string_matcher *self = element_state(e);

	handler_add_data(e, "matches", HANDLER_READ, DATA_U64, &self->matches);
	handler_add_read(e, "counts", string_matcher_read, H_COUNTS, 0);
	handler_add_read(e, "patterns", string_matcher_read, H_PATTERNS, 0);
	handler_add_read(e, "memory", string_matcher_read, H_MEMORY, 0);
	handler_add_write(
	    e, "reset_count", string_matcher_reset, 0, HANDLER_BUTTON);
	handler_add_write(
	    e, "reset_counts", string_matcher_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_string_matcher = {
	.name = "StringMatcher",
	.ports = "1/1-",
	.processing = "a/ah",
	.state_size = sizeof(struct string_matcher),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = string_matcher_configure,
	.cleanup = string_matcher_cleanup,
	.add_handlers = string_matcher_add_handlers,
	.action = string_matcher_action,
};
