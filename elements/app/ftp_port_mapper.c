/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FTPPortMapper(CONTROL_REWRITER, DATA_REWRITER, DATA_REWRITER_INPUT) -- make
 * active FTP work through rewriters (NAT).
 *
 *   in 0    TCP packets of FTP control connections (port 21), on their way to
 *           CONTROL_REWRITER
 *   out 0   the same; in PORT commands (RFC 959, 4.1.2) address and port are
 *           those that the server must use
 *
 *   CONTROL_REWRITER      the TCPRewriter or IPRewriter that they go through
 *                         next, which adapts sequence numbers
 *   DATA_REWRITER         the rewriter that the data connections will go
 *                         through, often the same
 *   DATA_REWRITER_INPUT   the number of its input whose specification makes
 *                         the flow of the announced data connection
 *
 * Only PORT commands of connections that CONTROL_REWRITER knows, and whole in
 * one segment, are looked at.
 *
 *	inside -> cl :: IPClassifier(tcp dst port 21, -);
 *	cl[0] -> FTPPortMapper(rw, rw, 0) -> [0]rw; cl[1] -> [0]rw;
 */
#include <stdio.h>

#include "click/router.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"
#include "elements/ip/rwtcp.h"

struct ftp_port_mapper {
	struct rewriter *control, *data;
	int32_t data_input;
};

static int
ftp_port_mapper_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ftp_port_mapper *self = element_state(e);
	struct element *control = NULL, *data = NULL;
	int32_t data_input = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_element(&a, "CONTROL_REWRITER", ARG_POS | ARG_MAND, "TCPRewriter",
	    &control);
	args_element(
	    &a, "DATA_REWRITER", ARG_POS | ARG_MAND, "IPRewriterBase", &data);
	args_i32(&a, "DATA_REWRITER_INPUT", ARG_POS | ARG_MAND, &data_input);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (data_input < 0 || data_input >= data->nin)
		return errh_error(errh, "DATA_REWRITER_INPUT out of range");
	self->control = element_cast(control, "TCPRewriter");
	self->data = element_cast(data, "IPRewriterBase");
	self->data_input = data_input;
	return 0;
}

struct ftp_downstream {
	struct element *wanted;
	bool found;
};

/* The walk ends at rewriters of TCP. */
static bool
ftp_port_mapper_visit(void *arg, struct element *e, int port)
{
	struct ftp_downstream *d = arg;

	(void)port;
	d->found |= e == d->wanted;
	return element_cast(e, "TCPRewriter") == NULL;
}

static int
ftp_port_mapper_initialize(struct element *e, struct errh *errh)
{
	struct ftp_port_mapper *self = element_state(e);
	struct ftp_downstream d = { self->control->e, false };
	char name[256];

	if (router_downstream(e, 0, ftp_port_mapper_visit, &d) != 0)
		return ERR_NOMEM;
	if (!d.found)
		errh_warning(errh,
		    "control packet rewriter '%.*s' is not downstream",
		    STR_ARG(element_declaration(d.wanted, name)));
	return 0;
}

/* ---- PORT commands ---- */

struct ftp_port {
	uint32_t addr; /* network order */
	uint16_t port; /* network order */
	uint32_t from; /* where the six numbers begin in the payload */
	uint32_t to;   /* and end */
};

/* "PORT h1,h2,h3,h4,p1,p2<end of line>" at the start of n bytes. */
static bool
ftp_port_parse(const uint8_t *s, uint32_t n, struct ftp_port *out)
{
	static const char verb[] = "PORT ";
	uint32_t x[6] = { 0 }, i = 0;
	unsigned int which = 0;

	for (; i < 5; i++)
		if (i >= n || ((s[i] & (i < 4 ? 0xdf : 0xff)) != verb[i]))
			return false;
	while (i < n && s[i] == ' ')
		i++;
	out->from = i;
	for (; i < n && which < 6; i++) {
		if (s[i] == ',')
			which++;
		else if (!char_digit((char)s[i]))
			break;
		else if ((x[which] = x[which] * 10 + s[i] - '0') > 255)
			return false;
	}
	if (which != 5 || i >= n || (s[i] != '\r' && s[i] != '\n'))
		return false;
	out->to = i;
	out->addr = ip4_net(x[0] << 24 | x[1] << 16 | x[2] << 8 | x[3]);
	out->port = __builtin_bswap16((uint16_t)(x[4] << 8 | x[5]));
	return true;
}

/* The six numbers; returns their length. */
static uint32_t
ftp_port_print(const struct flow_key *flow, char buf[static 32])
{
	uint32_t a = ip4_host(flow->src), p = __builtin_bswap16(flow->sport);

	return (uint32_t)snprintf(buf, 32, "%u,%u,%u,%u,%u,%u", a >> 24,
	    a >> 16 & 255, a >> 8 & 255, a & 255, p >> 8, p & 255);
}

/*
 * Replaces bytes from..to at offset in *p by n bytes; the packet ends where
 * its payload does.
 */
static bool
ftp_port_mapper_replace(struct thread *t, struct packet **p, uint32_t from,
    uint32_t to, const char *text, uint32_t n)
{
	uint32_t tail = (*p)->length - to;

	if (n > to - from) {
		if (packet_put(t, p, n - (to - from)) == NULL)
			return false;
	} else if (packet_uniqueify(t, p) == NULL) {
		return false;
	}
	memmove((*p)->data + from + n, (*p)->data + to, tail);
	memcpy((*p)->data + from, text, n);
	(*p)->length = from + n + tail;
	return true;
}

/* IP length and both checksums after the payload has changed. */
static void
ftp_port_mapper_mend(struct packet *p)
{
	struct ip4 *ip = packet_ip4(p);
	struct tcp *tcp = (struct tcp *)(void *)packet_transport(p);
	uint16_t old = get_u16(ip->len);

	put_be16(ip->len, (uint16_t)packet_network_length(p));
	put_u16(
	    ip->sum, csum_update16(get_u16(ip->sum), old, get_u16(ip->len)));
	put_u16(tcp->sum, 0);
	put_u16(
	    tcp->sum, ip4_l4_csum(ip, tcp, (size_t)packet_transport_length(p)));
}

/* The flow of the data connection, as rewritten; false: there is none. */
static bool
ftp_port_mapper_data_flow(struct ftp_port_mapper *self, struct thread *t,
    const struct flow_key *id, uint8_t reply_anno, struct flow_key *to)
{
	struct flowset *set = self->data->set;
	uint32_t ref;

	thread_lock(t, &set->lock);
	ref = rewriter_get(
	    self->data, t, IPPROTO4_TCP, id, false, self->data_input);
	if (ref != 0) {
		struct rewriter_flow *f =
		    flowset_flow(set, flow_ref_record(ref));

		*to = rewriter_becomes(f, flow_ref_which(ref));
		f->reply_anno = reply_anno;
	}
	thread_unlock(t, &set->lock);
	return ref != 0;
}

/* From then on the control connection's bytes are d further along. */
static void
ftp_port_mapper_shift(struct ftp_port_mapper *self, struct thread *t,
    const struct flow_key *id, uint32_t seq, int32_t d)
{
	struct flowset *set = self->control->set;
	uint32_t ref;

	thread_lock(t, &set->lock);
	ref = rewriter_get(self->control, t, IPPROTO4_TCP, id, false, -1);
	/* A command out of order or no memory: the client must try again. */
	if (ref != 0)
		(void)rwtcp_change(set, flowset_flow(set, flow_ref_record(ref)),
		    flow_ref_which(ref), seq, d);
	thread_unlock(t, &set->lock);
}

static struct packet *
ftp_port_mapper_rewrite(struct element *e, struct thread *t, struct packet *p,
    uint32_t offset, const struct ftp_port *port)
{
	struct ftp_port_mapper *self = element_state(e);
	const struct tcp *tcp = (const struct tcp *)(void *)packet_transport(p);
	struct flow_key control = { .kind = 0 }, data, to;
	uint32_t seq = get_be32(tcp->seq), payload = p->length - offset, n;
	uint8_t reply_anno = 0;
	char buf[32];
	uint32_t ref;

	rewriter_key_ports(p, &control, 0);
	thread_lock(t, &self->control->set->lock);
	ref = rewriter_get(self->control, t, IPPROTO4_TCP, &control, false, -1);
	if (ref != 0)
		reply_anno =
		    flowset_flow(self->control->set, flow_ref_record(ref))
		        ->reply_anno;
	thread_unlock(t, &self->control->set->lock);
	if (ref == 0)
		return p;
	data = (struct flow_key){ port->addr, control.dst, port->port,
		__builtin_bswap16((uint16_t)(get_be16(tcp->dport) - 1)), 0 };
	if (!ftp_port_mapper_data_flow(self, t, &data, reply_anno, &to))
		return p;
	n = ftp_port_print(&to, buf);
	if (!ftp_port_mapper_replace(
	        t, &p, offset + port->from, offset + port->to, buf, n))
		return NULL;
	ftp_port_mapper_mend(p);
	ftp_port_mapper_shift(self, t, &control, seq + payload,
	    (int32_t)(n - (port->to - port->from)));
	return p;
}

static struct packet *
ftp_port_mapper_one(struct element *e, struct thread *t, struct packet *p)
{
	const struct ip4 *ip = ip_header_whole(p);
	const struct tcp *tcp;
	struct ftp_port port;
	uint32_t offset, end;

	if (ip == NULL || ip->proto != IPPROTO4_TCP ||
	    (get_be16(ip->off) & IP4_OFFMASK) != 0 ||
	    packet_transport_length(p) < (int32_t)sizeof(*tcp) ||
	    packet_network_offset(p) < 0)
		return p;
	tcp = (const struct tcp *)(void *)packet_transport(p);
	offset = (uint32_t)packet_transport_offset(p) + tcp_hlen(tcp);
	/* Link-layer padding is not part of what is said. */
	end = (uint32_t)packet_network_offset(p) + get_be16(ip->len);
	if (end > p->length)
		end = p->length;
	if (tcp_hlen(tcp) < sizeof(*tcp) || offset >= end ||
	    !ftp_port_parse(p->data + offset, end - offset, &port))
		return p;
	packet_take(p, p->length - end);
	return ftp_port_mapper_rewrite(e, t, p, offset, &port);
}

static void
ftp_port_mapper_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ftp_port_mapper_one);
}

const struct element_class element_ftp_port_mapper = {
	.name = "FTPPortMapper",
	.ports = "1/1",
	.state_size = sizeof(struct ftp_port_mapper),
	.phase = PHASE_DEFAULT + 1, /* after the rewriters */
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = ftp_port_mapper_configure,
	.initialize = ftp_port_mapper_initialize,
	.action = ftp_port_mapper_action,
};
