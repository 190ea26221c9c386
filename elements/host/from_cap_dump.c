/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromCapDump(FILENAME [, STOP, CHECKSUM, ...]) -- makes TCP packets from the
 * output of Mark Allman's "cap" tool
 *
 *   out 0        IPv4 TCP packets, network header and time stamp set; pushed,
 *                or pulled.  Annotations: aggregate; paint, 0 for data and 1
 *                for acknowledgements; packet number and sequence number, as
 *                the file has them; extra length, the payload that is not made
 *
 *   FILENAME     a file, also packed by gzip or bzip2; "-" is standard input
 *   FLOWID       "SRC SPORT DST DPORT" of the data, default "1.0.0.1 1 2.0.0.2
 *                2"
 *   AGGREGATE    default 1
 *   CHECKSUM     true: set IP and TCP checksums; default false
 *   STOP         true: stop the driver at the end; default false
 *   ACTIVE       false: emit nothing for now; default true
 *   TIMING       true: emit at the pace of the time stamps; default false
 *   SAMPLE       the chance of a packet to be emitted, default 1
 *   ZERO         accepted; what a line does not say is always zero
 *
 *   active       read/write: ACTIVE
 *   stop         write: stops emitting, and the driver
 *   encap        read: IP
 *   sampling_prob, filename, filesize, filepos   as FromIPSummaryDump's
 *
 * Lines: "DAT > 1046102982.931941 1 1 1500 1460 FIN" are kind (DAT, ACK, SYN),
 * direction, time, number, sequence number (of packets), IP length, payload
 * length, and what else there was (FIN, DSACK:n, SACK:a-b:c-d, FR, RTO, ...).
 * "SND" or "RCV" tells at which end the file was written.  Others are passed
 * over.  TCP's sequence numbers are made of the payload lengths.
 *
 *     FromCapDump(0.s, STOP true) -> ToIPSummaryDump(-);
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/dump_source.h"
#include "elements/ip/ip_header.h"

enum {
	CAP_PACKETS_MAX = 1 << 24,
	CAP_SACKS = 4,     /* blocks that an option has room for */
	CAP_UNKNOWN = -1,  /* a sequence number */
	CAP_LENGTH = 1460, /* of a packet of which nothing is known */
	CAP_WINDOW = 65535,
	CAP_NOP = 1,
	CAP_SACK = 5,
};

struct from_cap {
	struct dump_source source; /* first */
	uint32_t addr[2];          /* of data's source and destination */
	uint16_t port[2];
	uint32_t aggregate;
	bool receiver, checksum;
	VEC(int64_t) seq; /* of the first byte of packet number.. */
};

/* A line in parts. */
struct cap_line {
	char kind; /* D, A, S */
	bool forward;
	int64_t stamp_ns;
	uint32_t number, seq, ip_length, payload;
	uint8_t flags;
	uint32_t sack[CAP_SACKS][2]; /* packets, the second excluded */
	unsigned int nsacks;
};

/* ---- sequence numbers ---- */

/* The sequence number of a packet's first byte; false: there are too many. */
static bool
cap_seq(struct from_cap *s, uint32_t packet, uint32_t *seq)
{
	size_t from;
	int64_t step = CAP_LENGTH;

	if (packet >= CAP_PACKETS_MAX)
		return false;
	while (s->seq.n <= packet + 1u) {
		int64_t unknown = s->seq.n == 0 ? 0 : CAP_UNKNOWN;

		if (vec_push(&s->seq, unknown) != 0)
			return false;
	}
	for (from = packet; s->seq.v[from] == CAP_UNKNOWN; from--)
		;
	/* Those between are taken to be as long as the one before them. */
	if (from >= 1 && s->seq.v[from - 1] != CAP_UNKNOWN)
		step = s->seq.v[from] - s->seq.v[from - 1];
	for (; from < packet; from++)
		s->seq.v[from + 1] = s->seq.v[from] + step;
	*seq = (uint32_t)s->seq.v[packet];
	return true;
}

/* The same of a packet of that length, which tells where the next begins. */
static bool
cap_seq_length(
    struct from_cap *s, uint32_t packet, uint32_t length, uint32_t *seq)
{
	if (!cap_seq(s, packet, seq))
		return false;
	if (s->seq.v[packet + 1] == CAP_UNKNOWN)
		s->seq.v[packet + 1] = s->seq.v[packet] + length;
	return true;
}

/* ---- lines ---- */

/* "DSACK:5", "SACK:1-2:7-9" */
static bool
cap_sacks(struct cap_line *l, struct str word)
{
	uint32_t a, b;

	if (ipsum_skip(&word, "DSACK:")) {
		if (!ipsum_number(&word, CAP_PACKETS_MAX, &a))
			return false;
		l->sack[0][0] = a;
		l->sack[0][1] = a + 1;
		l->nsacks = 1;
		return true;
	}
	if (!ipsum_skip(&word, "SACK"))
		return true;
	while (ipsum_skip(&word, ":") && l->nsacks < CAP_SACKS) {
		if (!ipsum_number(&word, CAP_PACKETS_MAX, &a) ||
		    !ipsum_skip(&word, "-") ||
		    !ipsum_number(&word, CAP_PACKETS_MAX, &b))
			return false;
		l->sack[l->nsacks][0] = a;
		l->sack[l->nsacks++][1] = b + 1;
	}
	return true;
}

/* What follows the kind; false: it is no packet's line. */
static bool
cap_parse(struct cap_line *l, struct str line)
{
	struct str word = str_word(&line);
	uint32_t *numbers[] = { &l->number, &l->seq, &l->ip_length,
		&l->payload };

	if (!str_is(word, ">") && !str_is(word, "<"))
		return false;
	l->forward = word.s[0] == '>';
	if (!stamp_parse(str_word(&line), &l->stamp_ns))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		word = str_word(&line);
		if (!ipsum_number(&word, UINT32_MAX, numbers[i]) || word.n > 0)
			return false;
	}
	for (word = str_word(&line); word.n > 0; word = str_word(&line)) {
		if (str_is(word, "FIN"))
			l->flags |= TCP_FIN;
		else if (!cap_sacks(l, word))
			return false;
	}
	return true;
}

/* ---- packets ---- */

/* NOP, NOP and the SACK option: its end; NULL: there are too many packets. */
static uint8_t *
cap_put_sacks(struct from_cap *s, const struct cap_line *l, uint8_t *at)
{
	uint32_t seq;

	if (l->nsacks == 0)
		return at;
	*at++ = CAP_NOP;
	*at++ = CAP_NOP;
	*at++ = CAP_SACK;
	*at++ = (uint8_t)(2 + 8 * l->nsacks);
	for (unsigned int i = 0; i < l->nsacks; i++)
		for (int end = 0; end < 2; end++, at += 4) {
			if (!cap_seq(s, l->sack[i][end], &seq))
				return NULL;
			put_be32(at, seq);
		}
	return at;
}

/* Sequence and acknowledgement numbers; false: too many packets. */
static bool
cap_put_numbers(
    struct from_cap *s, const struct cap_line *l, struct tcp *tcp, bool answer)
{
	uint32_t seq = 1, ack = 1;
	uint32_t length =
	    l->payload + (l->kind == 'S') + ((l->flags & TCP_FIN) != 0);
	bool good;

	tcp->flags = l->flags;
	if (l->kind == 'A') {
		good = cap_seq(s, l->seq + 1, &ack);
	} else {
		good = cap_seq_length(s, l->seq, length, &seq);
		if (l->kind == 'S') {
			seq = 0;
			ack = answer;
			tcp->flags |= TCP_SYN;
		}
	}
	if (ack != 0)
		tcp->flags |= TCP_ACK;
	put_be32(tcp->seq, seq);
	put_be32(tcp->ack, ack);
	return good && l->seq < CAP_PACKETS_MAX;
}

static bool
cap_fill(struct from_cap *s, const struct cap_line *l, struct packet *p)
{
	struct ip4 *ip = packet_ip4(p);
	struct tcp *tcp = (struct tcp *)(void *)(ip + 1);
	/* At the receiver's end what comes in is the data. */
	bool back = l->forward == s->receiver;
	unsigned int from = s->receiver ^ back;
	uint8_t *end = cap_put_sacks(s, l, (uint8_t *)(tcp + 1));

	if (end == NULL || !cap_put_numbers(s, l, tcp, s->receiver != back))
		return false;
	packet_take(p, (uint32_t)(packet_end(p) - end));
	ip->vhl = 0x45;
	ip->proto = IPPROTO4_TCP;
	put_be16(ip->len, (uint16_t)(p->length + l->payload));
	put_u32(ip->src, s->addr[from]);
	put_u32(ip->dst, s->addr[!from]);
	put_be16(tcp->sport, s->port[from]);
	put_be16(tcp->dport, s->port[!from]);
	tcp->off = (uint8_t)((p->length - sizeof(*ip)) / 4 << 4);
	put_be16(tcp->win, CAP_WINDOW);
	anno_set_u8(p, ANNO_PAINT, back);
	anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	return true;
}

static struct packet *
cap_packet(struct from_cap *s, struct thread *t, const struct cap_line *l)
{
	enum { ROOM = sizeof(struct ip4) + 60 };
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL, ROOM, 0);

	if (p == NULL)
		return NULL; /* counted by the pool */
	memset(p->data, 0, ROOM);
	packet_set_network(p, p->data, sizeof(struct ip4));
	if (!cap_fill(s, l, p)) {
		packet_kill(t, p);
		return dump_complain(&s->source, "packet number too large");
	}
	p->timestamp_ns = l->stamp_ns;
	anno_set_u32(p, ANNO_AGGREGATE, s->aggregate);
	anno_set_u32(p, ANNO_EXTRA_LENGTH, l->payload);
	anno_set_u32(p, ANNO_PACKET_NUMBER, l->number);
	anno_set_u32(p, ANNO_SEQUENCE_NUMBER, l->seq);
	if (s->checksum)
		ipsum_set_checksums(p);
	return p;
}

static struct packet *
from_cap_read(struct element *e, struct thread *t)
{
	struct from_cap *s = element_state(e);
	struct cap_line l = { .kind = 0 };
	struct str line, kind;

	if (!dump_line(&s->source, &line)) {
		dump_end(&s->source);
		return NULL;
	}
	kind = str_word(&line);
	if (str_is(kind, "SND") || str_is(kind, "RCV"))
		s->receiver = kind.s[0] == 'R';
	if (!str_is(kind, "DAT") && !str_is(kind, "ACK") &&
	    !str_is(kind, "SYN"))
		return NULL;
	l.kind = kind.s[0];
	return cap_parse(&l, line) ? cap_packet(s, t, &l) : NULL;
}

static const struct dump_source_ops from_cap_ops = {
	.read = from_cap_read,
};

/* ---- life ---- */

/* "SRC SPORT DST DPORT" */
static int
from_cap_flowid(struct from_cap *s, struct str text, struct errh *errh)
{
	for (int i = 0; i < 2; i++) {
		struct str addr = str_word(&text), port = str_word(&text);
		uint32_t n;

		if (!ip4_parse(addr, &s->addr[i]) ||
		    !ipsum_number(&port, 65535, &n) || port.n > 0)
			return errh_error(
			    errh, "FLOWID should be 'SRC SPORT DST DPORT'");
		s->port[i] = (uint16_t)n;
	}
	return 0;
}

static int
from_cap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct from_cap *s = element_state(e);
	struct str flowid = { NULL, 0 };
	struct args a;
	int err;

	dump_source_init(e, &from_cap_ops);
	s->aggregate = 1;
	(void)from_cap_flowid(s, STR("1.0.0.1 1 2.0.0.2 2"), errh);
	args_init(&a, conf, e, errh);
	dump_source_args(&a, &s->source, ARG_POS | ARG_MAND);
	args_bool(&a, "CHECKSUM", 0, &s->checksum);
	args_u32(&a, "AGGREGATE", 0, &s->aggregate);
	args_str(&a, "FLOWID", 0, &flowid);
	err = args_complete(&a);
	if (err == 0)
		dump_source_check(&s->source, errh);
	if (err == 0 && flowid.n > 0)
		err = from_cap_flowid(s, flowid, errh);
	str_free(&flowid);
	return err;
}

static void
from_cap_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct from_cap *s = element_state(e);

	dump_source_cleanup(e, stage);
	vec_fini(&s->seq);
}

const struct element_class element_from_cap_dump = {
	.name = "FromCapDump",
	.ports = "0/1",
	.state_size = sizeof(struct from_cap),
	.configure = from_cap_configure,
	.initialize = dump_source_initialize,
	.cleanup = from_cap_cleanup,
	.add_handlers = dump_source_add_handlers,
	.cast = dump_source_cast,
	.pull = dump_source_pull,
};
