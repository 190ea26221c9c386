/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNSResponder(ORIGIN, RECORD1, ..., RECORDn [, keywords]) -- answer DNS
 * queries from zones given here
 *
 *   in 0    IPv4 packets, IP header position set (see CheckIPHeader)
 *   out 0   answers, IP header position and destination address annotation set
 *   out 1   packets that are not for it: neither UDP nor TCP to PORT,
 *           fragments, those with a wrong checksum; killed when nothing is
 *           connected there
 *
 *   ORIGIN    what names are relative to, "example.org"
 *   RECORD    a line of a zone file: "NAME [TTL] [IN] TYPE DATA", of type SOA
 *             NS A AAAA CNAME MX TXT PTR; @ is the origin itself
 *   ZONE      a zone file (RFC 1035, 5), read before the records
 *   TTL       of records without one, seconds (default 3600)
 *   PORT      default 53
 *   CONNECTIONS   over TCP at once (default 64)
 *
 *   queries, answers   read: over UDP and TCP
 *   rcodes       read: answers by rcode, one a line
 *   truncated    read: answers over UDP cut short, to be asked for over TCP
 *   tcp          read: connections now, opened, reset, evicted, retransmissions
 *   records      read: how many there are
 *
 * Each SOA makes its name a zone; a record that lies in none is an error.  It
 * answers with authority, follows CNAMEs within its zones, refers to servers
 * of delegated names, knows wildcards, says NXDOMAIN or no data with the SOA
 * (RFC 2308), and REFUSED outside its zones.  EDNS0 (RFC 6891) is understood;
 * answers over UDP are 1232 bytes at most, 512 without EDNS0.
 *
 * Memory: 300 bytes a name, 32 and its data a record; over TCP see
 * elements/dns/dns_tcp.h.
 *
 *	tun :: KernelTun(10.0.0.1/24) -> CheckIPHeader -> d :: DNSResponder(
 *		example.org, "@ SOA ns hostmaster 1 3600 600 86400 300",
 *		"@ NS ns", "ns A 10.0.0.53", "www A 10.0.0.80") -> tun;
 */
#include "click/conf.h"
#include "elements/dns/dns_tcp.h"
#include "elements/dns/dns_zone.h"
#include "os/os.h"

enum { RCODES = 17, TICK_NS = 100000000, TTL_DEFAULT = 3600 };

struct dns_responder {
	struct dns_zone zone;
	struct dns_tcp tcp;
	struct timer timer;
	struct batch *out; /* of the run that goes on, or NULL */
	uint16_t port;     /* network order */
	uint16_t ip_id;
	uint64_t queries, answers, truncated;
	uint64_t rcodes[RCODES];
};

/* ---- configuring ---- */

static bool
dns_responder_record(struct arg_ctx *c, struct str text, void *arg)
{
	struct dns_responder *self = arg;
	struct diag why = { "" };

	if (conf_unquote(text, c->mem, &text) != 0)
		return arg_error(c, "out of memory");
	if (dns_zone_add(&self->zone, text, &why) != 0)
		return arg_error(c, "'%.*s': %s", STR_ARG(text), why.text);
	return true;
}

static int
dns_responder_file(
    struct dns_responder *self, struct str file, struct errh *errh)
{
	struct strbuf text = STRBUF_INIT, place = STRBUF_INIT;
	struct diag why = { "" };
	unsigned int line = 0;
	int err;

	err = os_file_read(file, &text, &why);
	if (err != 0) {
		errh_error(errh, "%.*s: %s", STR_ARG(file), why.text);
	} else {
		err =
		    dns_zone_add_file(&self->zone, sb_str(&text), &line, &why);
		sb_printf(&place, "%.*s:%u", STR_ARG(file), line);
		if (err != 0)
			errh_lerror(errh, sb_str(&place), "%s", why.text);
	}
	sb_fini(&text);
	sb_fini(&place);
	return err;
}

static int
dns_responder_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	static const struct dns_name root = { .n = 1 };
	struct dns_responder *self = element_state(e);
	struct str origin_text = { 0 }, file = { 0 };
	struct dns_name origin;
	struct diag why = { "" };
	uint32_t ttl = TTL_DEFAULT;
	uint16_t port = DNS_PORT;
	struct args a;
	int err;

	self->tcp.max = 64;
	args_init(&a, conf, e, errh);
	args_str(&a, "ORIGIN", ARG_POS | ARG_MAND, &origin_text);
	args_filename(&a, "ZONE", 0, &file);
	args_u32(&a, "TTL", 0, &ttl);
	args_u16(&a, "PORT", 0, &port);
	args_u32(&a, "CONNECTIONS", 0, &self->tcp.max);
	err = args_execute(&a);
	if (err == 0 && !dns_name_parse(origin_text, &root, &origin))
		err = errh_error(errh, "ORIGIN: '%.*s' is no domain name",
		    STR_ARG(origin_text));
	if (err == 0) {
		dns_zone_init(&self->zone, &origin);
		self->zone.ttl = ttl;
		if (file.n > 0)
			err = dns_responder_file(self, file, errh);
		self->zone.origin = origin;
		args_read_all(
		    &a, "RECORD", ARG_POS, dns_responder_record, self);
		if (args_complete(&a) != 0)
			err = ERR_INVAL;
	} else {
		args_fini(&a);
	}
	self->port = __builtin_bswap16(port);
	if (err == 0 && self->zone.nrecords == 0)
		err = errh_error(errh, "no records");
	if (err == 0 && self->tcp.max == 0)
		err = errh_error(errh, "CONNECTIONS must be 1 at least");
	if (err == 0 && dns_zone_check(&self->zone, &why) != 0)
		err = errh_error(errh, "%s", why.text);
	str_free(&origin_text);
	str_free(&file);
	return err;
}

/* ---- answering ---- */

static uint32_t
dns_responder_answer(struct dns_responder *self, const uint8_t *query,
    uint32_t n, bool udp, uint8_t *out)
{
	int rcode;
	uint32_t length =
	    dns_zone_answer(&self->zone, query, n, udp, out, &rcode);

	self->queries++;
	if (length == 0)
		return 0;
	self->answers++;
	self->rcodes[rcode]++;
	self->truncated += (get_be16(out + 2) & DNS_TC) != 0;
	return length;
}

static uint32_t
dns_responder_tcp_answer(
    void *arg, const uint8_t *query, uint32_t n, uint8_t *out)
{
	struct element *e = arg;

	return dns_responder_answer(element_state(e), query, n, false, out);
}

static void
dns_responder_emit(void *arg, struct thread *t, struct packet *p)
{
	struct element *e = arg;
	struct dns_responder *self = element_state(e);

	if (self->out != NULL)
		batch_emit(e, 0, self->out, p);
	else
		output_push_one(e, 0, t, p);
}

static void
dns_responder_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct dns_responder *self = element_state(e);

	dns_tcp_tick(&self->tcp, t);
	if (dns_tcp_count(&self->tcp) > 0)
		timer_schedule_after(timer, TICK_NS);
}

static int
dns_responder_initialize(struct element *e, struct errh *errh)
{
	struct dns_responder *self = element_state(e);

	(void)errh;
	dns_tcp_init(&self->tcp);
	self->tcp.answer = dns_responder_tcp_answer;
	self->tcp.emit = dns_responder_emit;
	self->tcp.arg = e;
	timer_init(&self->timer, e, dns_responder_fire);
	return 0;
}

static void
dns_responder_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct dns_responder *self = element_state(e);

	if (stage >= CLEANUP_INITIALIZE_FAILED) {
		timer_fini(&self->timer);
		dns_tcp_fini(&self->tcp);
	}
	dns_zone_fini(&self->zone);
}

/* False: it is not for us. */
static bool
dns_responder_one(struct element *e, struct thread *t, const struct packet *p)
{
	struct dns_responder *self = element_state(e);
	struct dns_packet pk;
	struct dns_ends reply;
	struct packet *q;
	uint8_t out[DNS_UDP_EDNS];
	uint32_t n;

	if (!dns_packet_read(p, &pk) || pk.ends.dport != self->port)
		return false;
	if (pk.proto == IPPROTO4_TCP) {
		dns_tcp_input(&self->tcp, t, &pk);
		if (dns_tcp_count(&self->tcp) > 0 &&
		    !timer_scheduled(&self->timer))
			timer_schedule_after(&self->timer, TICK_NS);
		return true;
	}
	n = dns_responder_answer(self, pk.data, pk.n, true, out);
	if (n == 0)
		return true;
	reply = dns_ends_reply(pk.ends);
	q = dns_packet_udp(t, &reply, out, n, self->ip_id++);
	if (q != NULL)
		dns_responder_emit(e, t, q);
	return true;
}

static void
dns_responder_push(struct element *e, unsigned int port, struct batch *b)
{
	struct dns_responder *self = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);

	(void)port;
	self->out = batch_new(t, BATCH_MAX);
	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];

		if (dns_responder_one(e, t, p))
			packet_kill(t, p);
		else
			output_push_one_checked(e, 1, t, p);
	}
	batch_emit_end(e, 0, self->out);
	self->out = NULL;
	scratch_release(t, m);
}

/* ---- handlers ---- */

enum { H_RCODES, H_TCP };

static int
dns_responder_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	static const char *const names[RCODES] = { "NOERROR", "FORMERR",
		"SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED", [DNS_BADVERS] = "BADVERS" };
	struct dns_responder *self = element_state(e);
	const struct dns_tcp *tcp = &self->tcp;

	if (user == H_TCP)
		sb_printf(call->out,
		    "connections %u\nopened %llu\nreset %llu\nevicted %llu\n"
		    "retransmissions %llu\n",
		    dns_tcp_count(tcp), (unsigned long long)tcp->opened,
		    (unsigned long long)tcp->resets,
		    (unsigned long long)tcp->evicted,
		    (unsigned long long)tcp->retransmits);
	else
		for (int i = 0; i < RCODES; i++)
			if (self->rcodes[i] > 0)
				sb_printf(call->out, "%s %llu\n", names[i],
				    (unsigned long long)self->rcodes[i]);
	return 0;
}

static void
dns_responder_add_handlers(struct element *e)
{
	struct dns_responder *self = element_state(e);

	handler_add_data(e, "queries", HANDLER_READ, DATA_U64, &self->queries);
	handler_add_data(e, "answers", HANDLER_READ, DATA_U64, &self->answers);
	handler_add_data(
	    e, "truncated", HANDLER_READ, DATA_U64, &self->truncated);
	handler_add_data(
	    e, "records", HANDLER_READ, DATA_U32, &self->zone.nrecords);
	handler_add_read(e, "rcodes", dns_responder_read, H_RCODES, 0);
	handler_add_read(e, "tcp", dns_responder_read, H_TCP, 0);
}

const struct element_class element_dns_responder = {
	.name = "DNSResponder",
	.ports = "1/1-2",
	.processing = "h/h",
	.state_size = sizeof(struct dns_responder),
	.configure = dns_responder_configure,
	.initialize = dns_responder_initialize,
	.cleanup = dns_responder_cleanup,
	.add_handlers = dns_responder_add_handlers,
	.push = dns_responder_push,
};
