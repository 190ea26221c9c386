/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromNetFlowSummaryDump(FILENAME [, STOP, LINK, ...]) -- makes packets from
 * NetFlow records in text
 *
 *   out 0        IPv4 packets, one a record, network header and time stamp set;
 *                pushed, or pulled
 *
 *   FILENAME     a file, also packed by gzip or bzip2; "-" is standard input
 *   LINK         which interface number becomes the paint: "input" (default),
 *                "output", or "both": input in the upper four bits, output in
 *                the lower; what is too large stays at most
 *   MULTIPACKET  true: as many packets as the flow had, at even times
 *   STOP         true: stop the driver at the end; default false
 *   TIMING       true: emit at the pace of the time stamps; default false
 *   ACTIVE       false: emit nothing for now; default true
 *   SAMPLE       the chance of a packet to be emitted, default 1
 *   ZERO         accepted; what a record does not say is always zero
 *
 *   active       read/write: ACTIVE
 *   stop         write: stops emitting, and the driver
 *   encap        read: IP
 *   sampling_prob, filename, filesize, filepos   as FromIPSummaryDump's
 *
 * A line has 15 or more fields with | between: 0 source, 1 destination address,
 * 3 input, 4 output interface, 5 packets, 6 bytes, 7 first, 8 last time (0: as
 * the first), 9 source, 10 destination port, 12 TCP flags, 13 protocol, 14 type
 * of service.  Empty lines and those that begin with ! or # are passed over.
 * The first line of another form ends the file.
 *
 *     FromNetFlowSummaryDump(flows.txt, STOP true) -> ToIPSummaryDump(-);
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/dump_source.h"
#include "elements/host/host_element.h"

enum netflow_field {
	NF_SRC = 0,
	NF_DST = 1,
	NF_INPUT = 3,
	NF_OUTPUT = 4,
	NF_PACKETS = 5,
	NF_BYTES = 6,
	NF_FIRST = 7,
	NF_LAST = 8,
	NF_SPORT = 9,
	NF_DPORT = 10,
	NF_FLAGS = 12,
	NF_PROTO = 13,
	NF_TOS = 14,
	NF_FIELDS = 15,
	NF_GOOD = 10, /* fields that must be right */
};

enum netflow_link { LINK_INPUT, LINK_OUTPUT, LINK_BOTH };

struct from_netflow {
	struct dump_source source; /* first */
	enum netflow_link link;
};

/* A record's values, and how many of them were good. */
struct netflow {
	uint32_t v[NF_FIELDS];
	bool good[NF_FIELDS];
	unsigned int ngood;
};

static bool
netflow_value(enum netflow_field field, struct str s, uint32_t *x)
{
	static const uint16_t max[NF_FIELDS] = { [NF_SPORT] = 65535,
		[NF_DPORT] = 65535,
		[NF_FLAGS] = 255,
		[NF_PROTO] = 255,
		[NF_TOS] = 255 };
	bool overflow = false;
	uint64_t n;

	s = str_trim(s);
	if (field == NF_SRC || field == NF_DST)
		return ip4_parse(s, x);
	if (!conf_u64(s, 0, &n, &overflow) || overflow ||
	    n > (max[field] != 0 ? max[field] : UINT32_MAX))
		return false;
	*x = (uint32_t)n;
	return true;
}

/* Reads a line; false: it is no record. */
static bool
netflow_parse(struct netflow *nf, struct str line)
{
	unsigned int n = 0;

	memset(nf, 0, sizeof(*nf));
	for (; n < NF_FIELDS && line.n > 0; n++) {
		size_t bar = str_find(line, '|', 0);

		nf->good[n] = netflow_value(
		    (enum netflow_field)n, str_sub(line, 0, bar), &nf->v[n]);
		/* Two of them nobody asks for. */
		nf->ngood += nf->good[n] && n != 2 && n != 11;
		line = str_from(line, bar < line.n ? bar + 1 : bar);
	}
	return n == NF_FIELDS && nf->ngood >= NF_GOOD;
}

static uint8_t
netflow_paint(const struct netflow *nf, enum netflow_link link)
{
	uint32_t max = link == LINK_BOTH ? 15 : 255;
	uint32_t in = nf->v[NF_INPUT], out = nf->v[NF_OUTPUT];

	in = in < max ? in : max;
	out = out < max ? out : max;
	if (link == LINK_BOTH)
		return (uint8_t)(in << 4 | out);
	return (uint8_t)(link == LINK_INPUT ? in : out);
}

/* Bytes of the headers of a packet of that protocol. */
static uint32_t
netflow_headers(uint32_t proto)
{
	if (proto == IPPROTO4_TCP)
		return sizeof(struct ip4) + sizeof(struct tcp);
	return sizeof(struct ip4) +
	       (proto == IPPROTO4_UDP ? (uint32_t)sizeof(struct udp) : 0);
}

static void
netflow_headers_set(struct packet *p, const struct netflow *nf)
{
	struct ip4 *ip = packet_ip4(p);
	struct udp *udp = (struct udp *)(void *)(ip + 1);
	struct tcp *tcp = (struct tcp *)(void *)(ip + 1);
	uint32_t length = nf->v[NF_BYTES] < 65535 ? nf->v[NF_BYTES] : 65535;

	ip->vhl = 0x45;
	ip->proto = (uint8_t)nf->v[NF_PROTO];
	ip->tos = (uint8_t)nf->v[NF_TOS];
	put_be16(ip->len, (uint16_t)length);
	put_u32(ip->src, nf->v[NF_SRC]);
	put_u32(ip->dst, nf->v[NF_DST]);
	if (p->length == sizeof(*ip))
		return;
	put_be16(udp->sport, (uint16_t)nf->v[NF_SPORT]);
	put_be16(udp->dport, (uint16_t)nf->v[NF_DPORT]);
	if (ip->proto == IPPROTO4_TCP) {
		tcp->flags = (uint8_t)nf->v[NF_FLAGS];
		tcp->off = sizeof(*tcp) / 4 << 4;
	} else {
		put_be16(udp->len, (uint16_t)(length - sizeof(*ip)));
	}
}

static struct packet *
netflow_packet(
    const struct from_netflow *s, struct thread *t, const struct netflow *nf)
{
	uint32_t n = netflow_headers(nf->v[NF_PROTO]);
	int64_t first = nf->v[NF_FIRST] * NS_PER_SEC;
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL, n, 0);

	if (p == NULL)
		return NULL; /* counted by the pool */
	memset(p->data, 0, n);
	packet_set_network(p, p->data, sizeof(struct ip4));
	netflow_headers_set(p, nf);
	anno_set_u32(p, ANNO_DST_IP, nf->v[NF_DST]);
	anno_set_u64(p, ANNO_FIRST_TIMESTAMP, (uint64_t)first);
	p->timestamp_ns =
	    nf->v[NF_LAST] != 0 ? nf->v[NF_LAST] * NS_PER_SEC : first;
	anno_set_u32(p, ANNO_EXTRA_PACKETS,
	    nf->v[NF_PACKETS] > 0 ? nf->v[NF_PACKETS] - 1 : 0);
	anno_set_u32(p, ANNO_EXTRA_LENGTH,
	    nf->v[NF_BYTES] > n ? nf->v[NF_BYTES] - n : 0);
	anno_set_u8(p, ANNO_PAINT, netflow_paint(nf, s->link));
	return p;
}

static struct packet *
from_netflow_read(struct element *e, struct thread *t)
{
	struct from_netflow *s = element_state(e);
	struct netflow nf;
	struct str line;

	if (!dump_line(&s->source, &line)) {
		dump_end(&s->source);
		return NULL;
	}
	line = str_trim(line);
	if (line.n == 0 || line.s[0] == '!' || line.s[0] == '#')
		return NULL;
	if (netflow_parse(&nf, line))
		return netflow_packet(s, t, &nf);
	dump_end(&s->source);
	return dump_complain(&s->source, "bad format");
}

static const struct dump_source_ops from_netflow_ops = {
	.read = from_netflow_read,
};

static int
from_netflow_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	static const char *const names[] = { "INPUT", "OUTPUT", "BOTH" };
	struct from_netflow *s = element_state(e);
	struct str link = { NULL, 0 };
	struct args a;
	int err;

	dump_source_init(e, &from_netflow_ops);
	args_init(&a, conf, e, errh);
	dump_source_args(&a, &s->source, ARG_POS | ARG_MAND);
	args_word(&a, "LINK", 0, &link);
	err = args_complete(&a);
	if (err == 0)
		dump_source_check(&s->source, errh);
	if (err == 0 && link.n > 0) {
		err = ERR_INVAL;
		for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
			if (str_is_nocase(link, names[i])) {
				s->link = (enum netflow_link)i;
				err = 0;
			}
		if (err != 0)
			err = errh_error(errh, "'LINK' should be 'input', "
			                       "'output', or 'both'");
	}
	str_free(&link);
	return err;
}

const struct element_class element_from_net_flow_summary_dump = {
	.name = "FromNetFlowSummaryDump",
	.ports = "0/1",
	.state_size = sizeof(struct from_netflow),
	.configure = from_netflow_configure,
	.initialize = dump_source_initialize,
	.cleanup = dump_source_cleanup,
	.add_handlers = dump_source_add_handlers,
	.cast = dump_source_cast,
	.pull = dump_source_pull,
};
