/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_dump.c -- the dump of one flow: numbers relative to its beginning. */
#include "elements/host/flow_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/host_element.h"
#include "elements/ip/ip_header.h"
#include "os/os.h"

enum { FLOW_DUMP_WAITING = 128, TCPOPT_SACK = 5 };

/* ---- the flow ---- */

/* The header that tells the flow: an ICMP error's is within; NULL: none. */
static const struct ip4 *
flow_dump_header(const struct packet *p, uint32_t *there)
{
	const struct ip4 *ip = ip_header_whole(p);
	uint32_t n = ip_header_transport_length(p);

	if (ip == NULL)
		return NULL;
	*there = (uint32_t)packet_network_length(p);
	if (ip->proto != IPPROTO4_ICMP)
		return ip;
	if (n < sizeof(struct icmp) + sizeof(*ip))
		return NULL;
	*there = n - (uint32_t)sizeof(struct icmp);
	return (const struct ip4 *)(const void *)(packet_transport(p) +
	                                          sizeof(struct icmp));
}

bool
flow_dump_begin(struct flow_dump *d, const struct packet *p)
{
	uint32_t there = 0;
	const struct ip4 *ip = flow_dump_header(p, &there);
	bool back = (anno_u8(p, ANNO_PAINT) & 1) != 0;
	const uint8_t *ports;

	if (ip == NULL ||
	    (ip->proto != IPPROTO4_TCP && ip->proto != IPPROTO4_UDP) ||
	    ip4_hlen(ip) < sizeof(*ip) || there < ip4_hlen(ip) + 4 ||
	    !ip_header_first_fragment(ip))
		return false;
	ports = (const uint8_t *)ip + ip4_hlen(ip);
	d->proto = ip->proto;
	d->aggregate = anno_u32(p, ANNO_AGGREGATE);
	d->src = get_u32(back ? ip->dst : ip->src);
	d->dst = get_u32(back ? ip->src : ip->dst);
	d->sport = get_be16(ports + (back ? 2 : 0));
	d->dport = get_be16(ports + (back ? 0 : 2));
	d->have_seq[0] = d->have_seq[1] = d->options->absolute_seq;
	/* The first packet comes at 0.000001: a time of 0 is none. */
	d->first_ns =
	    d->options->absolute_time ? 0 : p->timestamp_ns - NS_PER_US;
	return true;
}

/* ---- the file ---- */

static void
flow_dump_fields(const struct flow_dump *d, struct strbuf *sb)
{
	const struct flow_dump_options *o = d->options;
	bool tcp = d->proto == IPPROTO4_TCP;

	sb_adds(sb, o->binary ? "!data ntimestamp direction"
	                      : "!data timestamp direction");
	if (o->ip_id)
		sb_adds(sb, " ip_id");
	if (tcp)
		sb_adds(sb, " tcp_flags tcp_seq payload_len tcp_ack");
	else
		sb_adds(sb, " payload_len");
	if (tcp && o->tcp_window)
		sb_adds(sb, " tcp_window");
	if (tcp && o->tcp_options != 0)
		sb_adds(sb, " tcp_opt");
	sb_addc(sb, '\n');
}

static void
flow_dump_head(const struct flow_dump *d, struct strbuf *sb)
{
	sb_printf(
	    sb, "!IPSummaryDump %d.%d\n!flowid ", IPSUM_MAJOR, IPSUM_MINOR);
	sb_ip4(sb, d->src);
	sb_printf(sb, " %u ", d->sport);
	sb_ip4(sb, d->dst);
	sb_printf(sb, " %u %c\n!aggregate %u\n", d->dport,
	    d->proto == IPPROTO4_TCP ? 'T' : 'U', d->aggregate);
	flow_dump_fields(d, sb);
	for (int i = 0; i < 2; i++)
		if (d->first_seq[i] != 0)
			sb_printf(sb, "!firstseq %c %u\n", "><"[i],
			    d -> first_seq[i]);
	if (d->first_ns != 0) {
		sb_adds(sb, "!firsttime ");
		sb_stamp(sb, d->first_ns);
		sb_addc(sb, '\n');
	}
	if (d->options->binary)
		sb_adds(sb, "!binary\n");
}

/* Makes the folders of a file's name; what fails shows when it is opened. */
static void
flow_dump_folders(struct str name)
{
	char path[4096];

	if (!str_copy(name, path, sizeof(path)))
		return;
	for (char *c = path + 1; *c != '\0'; c++)
		if (*c == '/') {
			*c = '\0';
			(void)mkdir(path, 0777);
			*c = '/';
		}
}

static int
flow_dump_open(struct flow_dump *d)
{
	int flags = d->begun ? O_APPEND : O_CREAT | O_TRUNC;
	int fd = open(d->filename.s, O_WRONLY | O_CLOEXEC | flags, 0666);

	if (fd < 0 && !d->begun && errno == ENOENT) {
		flow_dump_folders(d->filename);
		fd = open(d->filename.s, O_WRONLY | O_CLOEXEC | flags, 0666);
	}
	return fd;
}

static void
flow_dump_fail(struct flow_dump *d, const char *why)
{
	struct strbuf line = STRBUF_INIT;

	d->failed = true;
	sb_printf(&line, "%.*s: %s\n", STR_ARG(d->filename), why);
	os_log(sb_str(&line));
	sb_fini(&line);
}

void
flow_dump_flush(struct flow_dump *d)
{
	struct strbuf all = STRBUF_INIT;
	bool standard = str_is(d->filename, "-");
	int fd;

	if (d->failed || (d->begun && d->buf.n == 0))
		goto out;
	if (!d->begun)
		flow_dump_head(d, &all);
	sb_add(&all, sb_str(&d->buf));
	if (all.oom) {
		flow_dump_fail(d, strerror(ENOMEM));
		goto out;
	}
	if (standard) {
		os_print(sb_str(&all));
		d->begun = true;
		goto out;
	}
	fd = flow_dump_open(d);
	if (fd < 0 || !fd_write_all(fd, sb_str(&all)))
		flow_dump_fail(d, strerror(errno));
	if (fd >= 0)
		close(fd);
	d->begun = fd >= 0;
out:
	sb_clear(&d->buf);
	d->waiting = 0;
	sb_fini(&all);
}

void
flow_dump_free(struct flow_dump *d)
{
	sb_fini(&d->buf);
	str_free(&d->filename);
	free(d);
}

/* ---- packets ---- */

/* SACK blocks are sequence numbers of the other direction. */
static void
flow_dump_shift_sacks(struct flow_dump *d, char *s, size_t n, bool back)
{
	struct str rest = str_make(s, n), option;
	bool bad;

	while (ipsum_opt_next(&rest, &option, &bad)) {
		size_t at = (size_t)(option.s - s);

		for (size_t i = 2;
		     option.s[0] == TCPOPT_SACK && i + 4 <= option.n; i += 4) {
			uint32_t seq = get_be32(s + at + i);

			if (!d->have_seq[!back])
				d->first_seq[!back] = seq;
			d->have_seq[!back] = true;
			put_be32(s + at + i, seq - d->first_seq[!back]);
		}
	}
}

/* The options that are wanted, in *out. */
static void
flow_dump_options(
    struct flow_dump *d, const struct packet *p, bool back, struct strbuf *out)
{
	const struct tcp *tcp =
	    (const struct tcp *)(const void *)packet_transport(p);
	uint32_t there = ip_header_transport_length(p), hlen = tcp_hlen(tcp);

	if (hlen <= sizeof(*tcp) || hlen > there)
		return;
	ipsum_tcpopt_filter(out,
	    str_make((const char *)(tcp + 1), hlen - sizeof(*tcp)),
	    d->options->tcp_options);
	if (!out->oom && out->n > 0)
		flow_dump_shift_sacks(d, out->s, out->n, back);
}

/* Numbers of a TCP packet, as the dump tells them. */
struct flow_dump_tcp {
	uint32_t seq, ack, payload;
	uint16_t window;
	uint8_t flags;
};

/* Relative to the first that was seen of either direction. */
static void
flow_dump_numbers(struct flow_dump *d, struct flow_dump_tcp *n,
    const struct tcp *tcp, bool back)
{
	n->flags = tcp->flags;
	n->window = get_be16(tcp->win);
	n->seq = get_be32(tcp->seq);
	n->ack = get_be32(tcp->ack);
	if (!d->have_seq[back])
		d->first_seq[back] = n->seq;
	d->have_seq[back] = true;
	if ((n->flags & TCP_ACK) == 0)
		n->ack = d->first_seq[!back];
	else if (!d->have_seq[!back])
		d->first_seq[!back] = n->ack;
	d->have_seq[!back] |= (n->flags & TCP_ACK) != 0;
	n->seq -= d->first_seq[back];
	n->ack -= d->first_seq[!back];
}

static void
flow_dump_line(struct flow_dump *d, const struct packet *p,
    const struct flow_dump_tcp *n, const struct strbuf *options, bool back)
{
	const struct flow_dump_options *o = d->options;
	struct strbuf *sb = &d->buf;

	sb_stamp(sb, p->timestamp_ns - d->first_ns);
	sb_adds(sb, back ? " <" : " >");
	if (o->ip_id)
		sb_printf(sb, " %u", get_be16(packet_ip4(p)->id));
	if (d->proto != IPPROTO4_TCP) {
		sb_printf(sb, " %u\n", n->payload);
		return;
	}
	sb_addc(sb, ' ');
	ipsum_tcp_flags_print(sb, n->flags);
	sb_printf(sb, " %u %u %u", n->seq, n->payload, n->ack);
	if (o->tcp_window)
		sb_printf(sb, " %u", n->window);
	if (o->tcp_options != 0) {
		sb_addc(sb, ' ');
		ipsum_tcpopt_print(sb, sb_str(options), o->tcp_options);
	}
	sb_addc(sb, '\n');
}

static void
flow_dump_u16(struct strbuf *sb, uint16_t x)
{
	sb_addc(sb, (char)(x >> 8));
	sb_addc(sb, (char)x);
}

static void
flow_dump_u32(struct strbuf *sb, uint32_t x)
{
	flow_dump_u16(sb, (uint16_t)(x >> 16));
	flow_dump_u16(sb, (uint16_t)x);
}

static void
flow_dump_record(struct flow_dump *d, const struct packet *p,
    const struct flow_dump_tcp *n, const struct strbuf *options, bool back)
{
	const struct flow_dump_options *o = d->options;
	int64_t ns = p->timestamp_ns - d->first_ns;
	struct strbuf *sb = &d->buf;
	size_t start = sb->n;

	flow_dump_u32(sb, 0);
	flow_dump_u32(sb, (uint32_t)(ns / NS_PER_SEC));
	flow_dump_u32(sb, (uint32_t)(ns % NS_PER_SEC));
	sb_addc(sb, back);
	if (o->ip_id)
		flow_dump_u16(sb, get_be16(packet_ip4(p)->id));
	if (d->proto == IPPROTO4_TCP) {
		sb_addc(sb, (char)n->flags);
		flow_dump_u32(sb, n->seq);
	}
	flow_dump_u32(sb, n->payload);
	if (d->proto == IPPROTO4_TCP) {
		flow_dump_u32(sb, n->ack);
		if (o->tcp_window)
			flow_dump_u16(sb, n->window);
		if (o->tcp_options != 0) {
			sb_addc(sb, (char)options->n);
			sb_add(sb, sb_str(options));
		}
	}
	if (!sb->oom)
		put_be32(sb->s + start, (uint32_t)(sb->n - start));
}

/* A line that tells of an ICMP error. */
static void
flow_dump_error(struct flow_dump *d, const struct packet *p)
{
	struct strbuf line = STRBUF_INIT;
	bool back = (anno_u8(p, ANNO_PAINT) & 1) != 0;

	sb_addc(&line, '#');
	sb_stamp(&line, p->timestamp_ns);
	sb_printf(&line, " %c ICMP_error\n", back ? '>' : '<');
	if (d->options->binary)
		flow_dump_u32(&d->buf, (uint32_t)(line.n + 4) | 0x80000000);
	sb_add(&d->buf, sb_str(&line));
	sb_fini(&line);
}

/* Bytes behind the headers, by the IP header. */
static uint32_t
flow_dump_payload(const struct ip4 *ip, uint32_t l4)
{
	uint32_t total = get_be16(ip->len), headers = ip4_hlen(ip) + l4;

	return total > headers ? total - headers : 0;
}

/* False: it has not the header that it should have. */
static bool
flow_dump_packet(struct flow_dump *d, const struct packet *p)
{
	const struct ip4 *ip = ip_header_whole(p);
	uint32_t there = ip_header_transport_length(p);
	bool back = (anno_u8(p, ANNO_PAINT) & 1) != 0;
	struct flow_dump_tcp n = { .seq = 0 };
	struct strbuf options = STRBUF_INIT;

	if (ip == NULL || ip->proto != d->proto)
		return false;
	if (d->proto == IPPROTO4_TCP) {
		const struct tcp *tcp =
		    (const struct tcp *)(const void *)packet_transport(p);

		if (there < sizeof(*tcp) || !ip_header_first_fragment(ip))
			return false;
		n.payload = flow_dump_payload(ip, tcp_hlen(tcp));
		flow_dump_numbers(d, &n, tcp, back);
		if (d->options->tcp_options != 0)
			flow_dump_options(d, p, back, &options);
	} else {
		n.payload = flow_dump_payload(ip,
		    ip_header_first_fragment(ip) ? (uint32_t)sizeof(struct udp)
		                                 : 0);
	}
	if (d->options->binary)
		flow_dump_record(d, p, &n, &options, back);
	else
		flow_dump_line(d, p, &n, &options, back);
	sb_fini(&options);
	return true;
}

void
flow_dump_add(struct flow_dump *d, const struct packet *p)
{
	size_t before = d->buf.n;

	if (anno_u8(p, ANNO_PAINT) >= 2)
		flow_dump_error(d, p);
	else if (!flow_dump_packet(d, p))
		return;
	if (d->buf.oom) { /* nothing of half a line */
		d->buf.oom = false;
		d->buf.n = before;
	}
	d->packets++;
	if (++d->waiting >= FLOW_DUMP_WAITING)
		flow_dump_flush(d);
}
