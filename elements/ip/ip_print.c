/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPPrint -- print IPv4 packets, a line each, in the manner of tcpdump.
 *
 *	IPPrint([LABEL, keywords])
 *
 *   in 0      packets; those without network header pass in silence
 *   out 0     the same
 *
 *   LABEL      text in front of each line
 *   CONTENTS   print the packet's bytes, too: HEX, ASCII or NONE (default)
 *   PAYLOAD    the same for what follows the transport header; not both
 *   MAXLENGTH  print at most so many bytes (default 1500; -1: all)
 *   TIMESTAMP  false: do not print when the packet came (default true)
 *   ID, TTL, TOS, LENGTH   true: print that header field
 *   PAINT, AGGREGATE       true: print that annotation
 *   SWAP       false: ICMP ids and sequence numbers in little-endian order
 *   OUTFILE    a file to print to, in the place of the log
 *   CHANNEL    accepted; all channels are the log
 *   ACTIVE     false: do not print (default true)
 *
 *   active     read, write: ACTIVE
 *
 *	FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> IPPrint -> Discard
 */
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/ip_print_text.h"
#include "os/os.h"

enum ip_print_bytes { IP_PRINT_NONE, IP_PRINT_HEX, IP_PRINT_ASCII };

struct ip_print {
	struct str label, outfile; /* owned */
	int32_t max;
	enum ip_print_bytes bytes;
	bool payload; /* bytes are those of the payload */
	bool id, timestamp, paint, tos, ttl, length, aggregate, swap, active;
};

/* Makes *word, an owned string, capitals. */
static int
ip_print_upper(struct str *word)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < word->n; i++) {
		char c = word->s[i];

		sb_addc(&sb, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
	if (sb.oom)
		return ERR_NOMEM;
	str_free(word);
	*word = sb_take(&sb);
	return 0;
}

/* The index of word among names, or -1. */
static int
ip_print_word(struct str word, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (str_is(word, names[i]))
			return i;
	return -1;
}

/* What CONTENTS and PAYLOAD together ask for. */
static int
ip_print_bytes(struct ip_print *self, struct str *contents, struct str *payload,
    struct errh *errh)
{
	static const char *const kinds[] = { "NONE", "HEX", "ASCII" };
	static const char *const yes[] = { "NO", "FALSE", "YES", "TRUE", "HEX",
		"ASCII" };
	int c = IP_PRINT_NONE, y = 0;
	bool hex;

	if (contents->n > 0 && conf_bool(*contents, &hex))
		c = hex ? IP_PRINT_HEX : IP_PRINT_NONE;
	else if (contents->n > 0) {
		if (ip_print_upper(contents) != 0)
			return errh_error(errh, "out of memory");
		c = ip_print_word(*contents, kinds, 3);
	}
	if (payload->n > 0) {
		if (ip_print_upper(payload) != 0)
			return errh_error(errh, "out of memory");
		y = ip_print_word(*payload, yes, 6);
	}
	if (c < 0)
		return errh_error(errh,
		    "bad contents value '%.*s'; should be 'NONE', 'HEX', or "
		    "'ASCII'",
		    STR_ARG(*contents));
	if (y < 0)
		return errh_error(errh,
		    "bad payload value '%.*s'; should be 'false', 'hex', or "
		    "'ascii'",
		    STR_ARG(contents->n > 0 ? *contents : STR("no")));
	y = y < 2 ? IP_PRINT_NONE : y < 5 ? IP_PRINT_HEX : IP_PRINT_ASCII;
	if (y != IP_PRINT_NONE && c != IP_PRINT_NONE)
		return errh_error(
		    errh, "specify at most one of PAYLOAD and CONTENTS");
	self->payload = y != IP_PRINT_NONE;
	self->bytes = (enum ip_print_bytes)(self->payload ? y : c);
	return 0;
}

static int
ip_print_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_print *self = element_state(e);
	struct str contents = { NULL, 0 }, payload = { NULL, 0 };
	struct str channel = { NULL, 0 };
	struct args a;
	int err;

	self->max = 1500;
	self->swap = self->timestamp = self->active = true;
	args_init(&a, conf, e, errh);
	args_str(&a, "LABEL", ARG_POS, &self->label);
	args_word(&a, "CONTENTS", 0, &contents);
	args_word(&a, "PAYLOAD", 0, &payload);
	args_i32(&a, "MAXLENGTH", 0, &self->max);
	args_i32(&a, "NBYTES", 0, &self->max);
	args_bool(&a, "ID", 0, &self->id);
	args_bool(&a, "TIMESTAMP", 0, &self->timestamp);
	args_bool(&a, "PAINT", 0, &self->paint);
	args_bool(&a, "TOS", 0, &self->tos);
	args_bool(&a, "TTL", 0, &self->ttl);
	args_bool(&a, "SWAP", 0, &self->swap);
	args_bool(&a, "LENGTH", 0, &self->length);
	args_bool(&a, "AGGREGATE", 0, &self->aggregate);
	args_bool(&a, "ACTIVE", 0, &self->active);
	args_filename(&a, "OUTFILE", 0, &self->outfile);
	args_word(&a, "CHANNEL", 0, &channel);
	err = args_complete(&a);
	if (err == 0)
		err = ip_print_bytes(self, &contents, &payload, errh);
	str_free(&contents);
	str_free(&payload);
	str_free(&channel);
	return err;
}

/* The output file begins empty. */
static int
ip_print_initialize(struct element *e, struct errh *errh)
{
	struct ip_print *self = element_state(e);
	struct diag why = { "" };

	if (self->outfile.n > 0 &&
	    os_file_write(self->outfile, STR(""), false, &why) != 0)
		return errh_error(
		    errh, "%.*s: %s", STR_ARG(self->outfile), why.text);
	return 0;
}

static void
ip_print_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_print *self = element_state(e);

	(void)stage;
	str_free(&self->label);
	str_free(&self->outfile);
}

/* Where the payload begins, as far as headers say. */
static const uint8_t *
ip_print_payload(const struct packet *p)
{
	const struct ip4 *ip = packet_ip4(p);
	const uint8_t *h = packet_transport(p);
	uint32_t n = ip_header_transport_length(p);

	if (h == NULL || !ip_header_first_fragment(ip))
		return h;
	if (ip->proto == IPPROTO4_TCP)
		return n < 13 ? packet_end(p)
		              : h + tcp_hlen((const struct tcp *)h);
	return ip->proto == IPPROTO4_UDP ? h + sizeof(struct udp) : h;
}

static void
ip_print_dump(
    const struct ip_print *self, const struct packet *p, struct strbuf *sb)
{
	const uint8_t *data = self->payload ? ip_print_payload(p) : p->data;
	int64_t n = data == NULL ? 0 : packet_end(p) - data;
	unsigned int line = self->bytes == IP_PRINT_HEX ? 24 : 48;
	unsigned int group = self->bytes == IP_PRINT_HEX ? 4 : 8;

	if (self->max >= 0 && n > self->max)
		n = self->max;
	for (int64_t i = 0; i < n; i++) {
		if (i % line == 0)
			sb_adds(sb, "\n  ");
		else if (i % group == 0)
			sb_addc(sb, ' ');
		if (self->bytes == IP_PRINT_HEX)
			sb_printf(sb, "%02x", data[i]);
		else
			sb_addc(sb, data[i] < 32 || data[i] > 126
			                ? '.'
			                : (char)data[i]);
	}
}

/* What stands in front of the packet. */
static void
ip_print_head(
    const struct ip_print *self, const struct packet *p, struct strbuf *sb)
{
	if (self->label.n > 0)
		sb_printf(sb, "%.*s: ", STR_ARG(self->label));
	if (self->timestamp) {
		sb_stamp(sb, p->timestamp_ns);
		sb_adds(sb, ": ");
	}
	if (self->aggregate)
		sb_printf(sb, "#%u", anno_u32(p, ANNO_AGGREGATE));
	if (self->paint)
		sb_printf(sb, "%s%u", self->aggregate ? "." : "paint ",
		    anno_u8(p, ANNO_PAINT));
	if (self->aggregate || self->paint)
		sb_adds(sb, ": ");
}

static void
ip_print_packet(struct element *e, const struct packet *p, struct strbuf *sb)
{
	struct ip_print *self = element_state(e);
	const struct ip4 *ip = ip_header(p);

	ip_print_head(self, p, sb);
	if (ip == NULL) {
		sb_adds(sb, "truncated-ip\n");
		return;
	}
	if (self->id)
		sb_printf(sb, "id %u ", get_be16(ip->id));
	if (self->ttl)
		sb_printf(sb, "ttl %u ", ip->ttl);
	if (self->tos)
		sb_printf(sb, "tos %u ", ip->tos);
	if (self->length)
		sb_printf(sb, "length %u ", get_be16(ip->len));
	ip_print_text(sb, e, p, self->swap);
	if (self->bytes != IP_PRINT_NONE)
		ip_print_dump(self, p, sb);
	sb_addc(sb, '\n');
}

static void
ip_print_action(struct element *e, struct batch *b)
{
	struct ip_print *self = element_state(e);
	struct strbuf sb = STRBUF_INIT;
	struct diag why = { "" };

	if (!self->active)
		return;
	for (uint32_t i = 0; i < b->count; i++)
		if (b->packet[i]->network >= 0)
			ip_print_packet(e, b->packet[i], &sb);
	if (self->outfile.n == 0)
		os_log(sb_str(&sb));
	else if (os_file_write(self->outfile, sb_str(&sb), true, &why) != 0)
		self->active = false; /* a full disk: once is enough */
	sb_fini(&sb);
}

static void
ip_print_add_handlers(struct element *e)
{
	struct ip_print *self = element_state(e);

	handler_add_data(e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL,
	    &self->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX | HANDLER_CALM, 0);
}

const struct element_class element_ip_print = {
	.name = "IPPrint",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_print),
	.configure = ip_print_configure,
	.initialize = ip_print_initialize,
	.cleanup = ip_print_cleanup,
	.add_handlers = ip_print_add_handlers,
	.action = ip_print_action,
};
