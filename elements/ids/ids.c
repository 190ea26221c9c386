/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IDS([RULES] [, keywords]) -- look at packets by Snort's rules
 *
 *   in 0    IPv4 packets, network header set (see CheckIPHeader)
 *   out 0   packets, fragments put together (an IPFragmenter may follow), and
 *           whatever is no IPv4
 *   out 1   those that a rule of "alert" or "log" is about; if nothing is
 *           connected there they go to out 0 like others
 *   out 2   those that a rule of "drop", "sdrop" or "reject" is about, and all
 *           later ones of their connection; killed when nothing is connected
 *
 *   RULES       a file of rules; see below
 *   RULE        a line of rules, or several; may be repeated
 *   LENIENT     true: rules that cannot be read are left out with a warning
 *               (default false: they are errors)
 *   POLICY      whose bytes count when segments overlap before they are in
 *               order: first (default) or last to come
 *   HISTORY     bytes of a stream before new ones that contents may lie in
 *               (default 2048)
 *   REASSEMBLY  bytes of a stream that may wait for a hole to be filled
 *               (default 65536, at least 1460)
 *   FRAGMENTS   bytes of IP fragments that may wait (default 262144)
 *   FLOWS       connections at most (default 65536)
 *   MEMORY      bytes for all of that (default 16777216, at least 65536)
 *   TIMEOUT     of an idle connection (default 300 s)
 *   CHECKSUM    false: look at packets with wrong checksums, too, though no
 *               host takes them (default true)
 *   LOG         alerts kept for handler "log" (default 256)
 *
 *   alerts      read: how many in all
 *   log         read: the last ones, each a line: TIME [gid:sid:rev] msg
 *               [classtype] [priority] [drop] protocol source -> destination
 *   sids        read: gid:sid, alerts, msg of each rule that was met
 *   rules       read: how many there are, and how many were left out
 *   flows       read: connections now
 *   memory      read: bytes of connections and fragments now
 *   rule_memory read: bytes that the rules take
 *   stats       read: counters, one a line
 *   clear       write: alerts, log, sids and counters become 0
 *
 * Rules are those of Snort 2 without pcre, byte tests, HTTP and thresholds:
 * elements/ids/snort_rule.h has the list.  What is not supported is an error
 * that names line and option.
 *
 * TCP is looked at as a stream: contents may be spread over segments in any
 * order.  offset and depth count from the beginning of a message, which is
 * what an end says before the other answers, or from that of a segment; dsize
 * is of a segment.  Without offset, depth or distance a content may lie
 * anywhere in the last HISTORY bytes.  A connection seen from its middle is
 * taken as established.  pass rules win over drop, drop over alert.
 *
 * Limits: about 190 bytes a connection, and for each direction in
 * which something was said HISTORY + REASSEMBLY bytes, 520 for the islands in
 * a stream, and a bit a rule, at most; usually the bytes of a few segments.
 * When FLOWS or MEMORY is reached the connection that would expire first is
 * ended (evicted); when that does not help, or a segment lies beyond
 * REASSEMBLY, it is looked at by itself (lost).  Contents of one packet are
 * compared for 2^18 bytes, then it is let through (gave_up).
 *
 * Memory: about 660 bytes a rule with one content, and the limits above.
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader -> ids :: IDS(local.rules);
 *	ids[0] -> ...; ids[1] -> Queue -> ToDump(alerts.pcap);
 */
#include "elements/ids/ids.h"

#include <stdlib.h>

#include "click/conf.h"
#include "os/os.h"

enum { REASSEMBLY_MIN = 1460, MEMORY_MIN = 65536, LOG_MAX = 1 << 20 };

/* ---- configuring ---- */

static bool
ids_parse_rule(struct arg_ctx *c, struct str text, void *arg)
{
	struct ids *self = arg;

	if (conf_unquote(text, c->mem, &text) != 0)
		return arg_error(c, "out of memory");
	if (snort_rules_parse(&self->rules, text, STR("RULE"), c->errh) == 0)
		return true;
	c->reported = true;
	return false;
}

static int
ids_read_file(struct ids *self, struct str file, struct errh *errh)
{
	struct strbuf text = STRBUF_INIT;
	struct diag why = { "" };
	int err = os_file_read(file, &text, &why);

	if (err != 0)
		errh_error(errh, "%.*s: %s", STR_ARG(file), why.text);
	else
		err =
		    snort_rules_parse(&self->rules, sb_str(&text), file, errh);
	sb_fini(&text);
	return err;
}

static int
ids_policy(struct ids *self, struct str policy, struct errh *errh)
{
	if (str_is(policy, "last"))
		self->limits.policy = TCP_STREAM_LAST;
	else if (policy.n > 0 && !str_is(policy, "first"))
		return errh_error(errh, "POLICY must be 'first' or 'last'");
	return 0;
}

static int
ids_check(struct ids *self, struct errh *errh)
{
	int err = 0;

	if (self->limits.window < REASSEMBLY_MIN ||
	    self->limits.window > 1 << 24)
		err = errh_error(errh, "REASSEMBLY must be between %d and %d",
		    REASSEMBLY_MIN, 1 << 24);
	if (self->limits.history > 1 << 24)
		err = errh_error(errh, "HISTORY must not be above %d", 1 << 24);
	if (self->memory_max < MEMORY_MIN)
		err =
		    errh_error(errh, "MEMORY must be %d at least", MEMORY_MIN);
	if (self->flows_max == 0)
		err = errh_error(errh, "FLOWS must be 1 at least");
	if (self->log_size > LOG_MAX)
		err = errh_error(errh, "LOG must not be above %d", LOG_MAX);
	return err;
}

static int
ids_allocate(struct ids *self, struct errh *errh)
{
	self->rule_alerts =
	    calloc(self->rules.rules.n + 1, sizeof(*self->rule_alerts));
	self->log = calloc(self->log_size + 1, sizeof(*self->log));
	if (self->rule_alerts == NULL || self->log == NULL ||
	    rule_set_init(&self->set, &self->rules) != 0)
		return errh_error(errh, "out of memory");
	return 0;
}

static int
ids_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ids *self = element_state(e);
	struct str file = { 0 }, policy = { 0 };
	uint32_t timeout_ms = 300000;
	struct args a;
	int err;

	self->limits =
	    (struct tcp_stream_limits){ 2048, 65536, TCP_STREAM_FIRST };
	self->flows_max = 65536;
	self->memory_max = 16777216;
	self->checksum = true;
	self->log_size = 256;
	ids_flows_init(self);
	ip_reassembly_init(&self->fragments);
	self->fragments.memory_high = 262144;

	args_init(&a, conf, e, errh);
	args_bool(&a, "LENIENT", 0, &self->rules.lenient);
	err = args_execute(&a); /* rules are read as it says */
	args_filename(&a, "RULES", ARG_POS, &file);
	args_read_all(&a, "RULE", 0, ids_parse_rule, self);
	args_word(&a, "POLICY", 0, &policy);
	args_u32(&a, "HISTORY", 0, &self->limits.history);
	args_u32(&a, "REASSEMBLY", 0, &self->limits.window);
	args_u32(&a, "FRAGMENTS", 0, &self->fragments.memory_high);
	args_u32(&a, "FLOWS", 0, &self->flows_max);
	args_u64(&a, "MEMORY", 0, &self->memory_max);
	args_read(&a, "TIMEOUT", 0, &arg_type_seconds_ms, &timeout_ms);
	args_bool(&a, "CHECKSUM", 0, &self->checksum);
	args_u32(&a, "LOG", 0, &self->log_size);
	if (args_complete(&a) != 0 || err != 0)
		err = ERR_INVAL;
	self->timeout_ms = timeout_ms;
	if (err == 0)
		err = ids_policy(self, policy, errh);
	if (err == 0)
		err = ids_check(self, errh);
	if (err == 0 && file.n > 0)
		err = ids_read_file(self, file, errh);
	if (err == 0)
		err = ids_allocate(self, errh);
	str_free(&file);
	str_free(&policy);
	return err;
}

static void
ids_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ids *self = element_state(e);

	if (stage != CLEANUP_BEFORE_CONFIGURE) {
		ids_flows_fini(self);
		ip_reassembly_fini(&self->fragments, e->thread);
	}
	rule_set_fini(&self->set);
	snort_rules_fini(&self->rules);
	free(self->rule_alerts);
	free(self->log);
}

/* ---- packets ---- */

static int
ids_one(struct element *e, struct thread *t, struct packet **p)
{
	struct ids *self = element_state(e);
	const struct ip4 *ip = ip_header_whole(*p);
	uint32_t length;

	self->count[IDS_PACKETS]++;
	if (ip != NULL && ip_header_fragment(ip)) {
		*p = ip_reassembly_add(&self->fragments, t, *p);
		if (*p == NULL)
			return PACKET_GONE;
		ip = ip_header_whole(*p);
	}
	length = ip == NULL ? 0 : get_be16(ip->len);
	if (ip == NULL || ip4_version(ip) != 4 || length < ip4_hlen(ip) ||
	    length > (uint32_t)packet_network_length(*p)) {
		self->count[IDS_OTHER]++;
		return IDS_OUT_PASS;
	}
	if (self->checksum && csum(ip, ip4_hlen(ip)) != 0) {
		self->count[IDS_BAD_SUM]++;
		return IDS_OUT_PASS;
	}
	return ids_datagram(e, t, *p, ip, length);
}

/*
 * Output 1 usually leads back to where output 0 does: packets leave in the
 * order in which they came, not sorted by output.
 */
static void
ids_in_order(struct element *e, struct batch *b, int16_t *ports)
{
	struct batch *run = batch_new(b->thread, b->count);
	uint32_t n = b->count, i = 0;

	while (i < n) {
		int16_t port = ports[i];

		run->count = 0;
		for (; i < n && ports[i] == port; i++)
			run->packet[run->count++] = b->packet[i];
		if (port != PACKET_GONE)
			output_push_checked(e, (unsigned int)port, run);
	}
	b->count = 0;
}

static void
ids_action(struct element *e, struct batch *b)
{
	struct scratch_mark m = scratch_mark(b->thread);
	int16_t *ports = scratch_alloc(b->thread, b->count * sizeof(*ports));
	int16_t all = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		ports[i] = (int16_t)ids_one(e, b->thread, &b->packet[i]);
		all |= ports[i];
	}
	if (all != 0 && output_is_push(e, IDS_OUT_PASS))
		ids_in_order(e, b, ports);
	else if (all != 0)
		batch_distribute(e, b, ports, IDS_OUT_PASS);
	scratch_release(b->thread, m);
}

/* Fragments that will never be a datagram: nobody can take them. */
static void
ids_give_up(void *arg, struct thread *t, struct packet *p)
{
	(void)arg;
	packet_kill(t, p);
}

static int
ids_initialize(struct element *e, struct errh *errh)
{
	struct ids *self = element_state(e);

	(void)errh;
	self->fragments.give_up = ids_give_up;
	self->fragments.arg = e;
	return 0;
}

/* ---- handlers ---- */

enum { H_LOG, H_SIDS, H_RULES, H_FLOWS, H_MEMORY, H_RULE_MEMORY, H_STATS };

static int
ids_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ids *self = element_state(e);
	struct strbuf *out = call->out;

	if (user == H_LOG)
		ids_log_print(self, out);
	else if (user == H_SIDS)
		ids_log_print_sids(self, out);
	else if (user == H_RULES)
		sb_printf(
		    out, "%zu %u", self->rules.rules.n, self->rules.skipped);
	else if (user == H_FLOWS)
		sb_u64(out, self->table.count);
	else if (user == H_MEMORY)
		sb_u64(out, ids_memory(self));
	else if (user == H_RULE_MEMORY)
		sb_u64(out,
		    rule_set_bytes(&self->set) +
		        self->rules.rules.cap * sizeof(*self->rules.rules.v));
	else
		ids_log_print_stats(self, out);
	return 0;
}

static int
ids_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ids *self = element_state(e);

	(void)user;
	(void)call;
	self->alerts = 0;
	memset(self->count, 0, sizeof(self->count));
	memset(self->rule_alerts, 0,
	    self->set.nrules * sizeof(*self->rule_alerts));
	return 0;
}

static void
ids_add_handlers(struct element *e)
{
	struct ids *self = element_state(e);

	handler_add_data(e, "alerts", HANDLER_READ, DATA_U64, &self->alerts);
	handler_add_read(e, "log", ids_read, H_LOG, 0);
	handler_add_read(e, "sids", ids_read, H_SIDS, 0);
	handler_add_read(e, "rules", ids_read, H_RULES, 0);
	handler_add_read(e, "flows", ids_read, H_FLOWS, 0);
	handler_add_read(e, "memory", ids_read, H_MEMORY, 0);
	handler_add_read(e, "rule_memory", ids_read, H_RULE_MEMORY, 0);
	handler_add_read(e, "stats", ids_read, H_STATS, 0);
	handler_add_write(e, "clear", ids_clear, 0, HANDLER_BUTTON);
}

const struct element_class element_ids = {
	.name = "IDS",
	.ports = "1/1-3",
	.processing = "a/ah",
	.state_size = sizeof(struct ids),
	.scratch = 3 * SNORT_RULES_MAX / 8 + 64,
	.configure = ids_configure,
	.initialize = ids_initialize,
	.cleanup = ids_cleanup,
	.add_handlers = ids_add_handlers,
	.action = ids_action,
};
