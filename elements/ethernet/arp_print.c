/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARPPrint([LABEL, keywords]) -- prints ARP packets, a line each, in the manner
 * of tcpdump
 *
 *   in 0       packets; those without network header (see CheckARPHeader), and
 *              ARP for other protocols than IPv4, pass in silence
 *   out 0      the same
 *
 *   LABEL      text in front of each line
 *   TIMESTAMP  false: do not print when the packet came (default true)
 *   ETHER      true: print the Ethernet header's addresses (default false)
 *   OUTFILE    a file to print to, in the place of the log
 *   ACTIVE     false: do not print (default true)
 *
 *   active     read, write: ACTIVE
 *
 *     FromDump(in.pcap, STOP true) -> CheckARPHeader(14) -> ARPPrint -> Discard
 */
#include "base/stamp.h"
#include "elements/ethernet/arp_packet.h"
#include "os/os.h"

enum {
	ETHERTYPE_TRAIL = 0x1000,
	ARP_REV_REQUEST = 3,
	ARP_REV_REPLY = 4,
	ARP_INV_REQUEST = 8,
	ARP_INV_REPLY = 9,
};

struct arp_print {
	struct str label, outfile; /* owned */
	bool timestamp, ether, active;
};

static int
arp_print_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arp_print *s = element_state(e);
	struct args a;

	s->timestamp = s->active = true;
	args_init(&a, conf, e, errh);
	args_str(&a, "LABEL", ARG_POS, &s->label);
	args_bool(&a, "TIMESTAMP", 0, &s->timestamp);
	args_bool(&a, "ETHER", 0, &s->ether);
	args_bool(&a, "ACTIVE", 0, &s->active);
	args_filename(&a, "OUTFILE", 0, &s->outfile);
	return args_complete(&a);
}

/* The output file begins empty. */
static int
arp_print_initialize(struct element *e, struct errh *errh)
{
	struct arp_print *s = element_state(e);
	struct diag why = { "" };

	if (s->outfile.n > 0 &&
	    os_file_write(s->outfile, STR(""), false, &why) != 0)
		return errh_error(
		    errh, "%.*s: %s", STR_ARG(s->outfile), why.text);
	return 0;
}

static void
arp_print_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct arp_print *s = element_state(e);

	(void)stage;
	str_free(&s->label);
	str_free(&s->outfile);
}

static void
arp_print_ether(const struct packet *p, struct strbuf *sb)
{
	const uint8_t *x = p->mac >= 0 ? packet_mac(p) : p->data;
	const struct ether *h = (const struct ether *)x;

	if (x + sizeof(*h) > packet_network(p) ||
	    x + sizeof(*h) > packet_end(p))
		return;
	sb_ether(sb, h->src);
	sb_adds(sb, " > ");
	sb_ether(sb, h->dst);
	sb_adds(sb, ": ");
}

/* What stands between the texts: addresses, by name. */
static void
arp_print_asks(const char *what, const uint8_t *whom, const uint8_t *who,
    struct strbuf *sb)
{
	sb_adds(sb, what);
	sb_ether(sb, whom);
	sb_adds(sb, " tell ");
	sb_ether(sb, who);
}

static void
arp_print_is(
    const char *what, const uint8_t *mac, const uint8_t *ip, struct strbuf *sb)
{
	sb_adds(sb, what);
	sb_ether(sb, mac);
	sb_adds(sb, " at ");
	sb_ip4(sb, get_u32(ip));
}

static void
arp_print_request(const struct arp4 *arp, struct strbuf *sb)
{
	static const uint8_t zero[6];

	sb_adds(sb, "arp who-has ");
	sb_ip4(sb, get_u32(arp->tpa));
	if (memcmp(arp->tha, zero, sizeof(zero)) != 0) {
		sb_adds(sb, " (");
		sb_ether(sb, arp->tha);
		sb_adds(sb, ")");
	}
	sb_adds(sb, " tell ");
	sb_ip4(sb, get_u32(arp->spa));
}

static void
arp_print_operation(const struct arp4 *arp, struct strbuf *sb)
{
	uint16_t op = get_be16(arp->op);

	if (op == ARP_REQUEST)
		arp_print_request(arp, sb);
	else if (op == ARP_REPLY) {
		sb_adds(sb, "arp reply ");
		sb_ip4(sb, get_u32(arp->spa));
		sb_adds(sb, " is-at ");
		sb_ether(sb, arp->sha);
	} else if (op == ARP_REV_REQUEST)
		arp_print_asks("rarp who-is ", arp->tha, arp->sha, sb);
	else if (op == ARP_REV_REPLY)
		arp_print_is("rarp reply ", arp->tha, arp->tpa, sb);
	else if (op == ARP_INV_REQUEST)
		arp_print_asks("invarp who-is ", arp->tha, arp->sha, sb);
	else if (op == ARP_INV_REPLY)
		arp_print_is("invarp reply ", arp->tha, arp->tpa, sb);
	else
		sb_printf(sb, "arp-#%u", op);
}

static void
arp_print_packet(
    const struct arp_print *s, const struct packet *p, struct strbuf *sb)
{
	const struct arp4 *arp = (const struct arp4 *)packet_network(p);
	int32_t length = packet_network_length(p);
	bool trailer = false;

	if (length >= (int32_t)sizeof(*arp)) {
		trailer = get_be16(arp->ptype) == ETHERTYPE_TRAIL;
		if ((get_be16(arp->ptype) != ETHERTYPE_IP4 && !trailer) ||
		    arp->plen != 4 || arp->hlen == 0)
			return;
	}
	if (s->label.n > 0)
		sb_printf(sb, "%.*s: ", STR_ARG(s->label));
	if (s->timestamp) {
		sb_stamp(sb, p->timestamp_ns);
		sb_adds(sb, ": ");
	}
	if (s->ether)
		arp_print_ether(p, sb);
	if (length < (int32_t)sizeof(*arp)) {
		sb_printf(sb, "truncated-arp (%d)\n", length);
		return;
	}
	if (trailer)
		sb_adds(sb, "trailer-");
	arp_print_operation(arp, sb);
	if (get_be16(arp->htype) != ARP_HTYPE_ETHER)
		sb_printf(sb, "hardware #%u", get_be16(arp->htype));
	sb_addc(sb, '\n');
}

static void
arp_print_action(struct element *e, struct batch *b)
{
	struct arp_print *s = element_state(e);
	struct strbuf sb = STRBUF_INIT;
	struct diag why = { "" };

	if (!s->active)
		return;
	for (uint32_t i = 0; i < b->count; i++)
		if (b->packet[i]->network >= 0)
			arp_print_packet(s, b->packet[i], &sb);
	if (s->outfile.n == 0)
		os_log(sb_str(&sb));
	else if (os_file_write(s->outfile, sb_str(&sb), true, &why) != 0)
		s->active = false; /* a full disk: once is enough */
	sb_fini(&sb);
}

static void
arp_print_add_handlers(struct element *e)
{
	struct arp_print *s = element_state(e);

	handler_add_data(
	    e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL, &s->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX | HANDLER_CALM, 0);
}

const struct element_class element_arp_print = {
	.name = "ARPPrint",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_OBSERVES,
	.state_size = sizeof(struct arp_print),
	.configure = arp_print_configure,
	.initialize = arp_print_initialize,
	.cleanup = arp_print_cleanup,
	.add_handlers = arp_print_add_handlers,
	.action = arp_print_action,
};
