/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCPIPSend() -- send single TCP packets on request
 *
 *   out 0   TCP over IPv4 without payload, header positions set
 *
 *   send    write "SRC SPORT DST DPORT SEQNO ACKNO FLAGS [COUNT STOP]": send
 *           COUNT packets (default 1) with these addresses, ports, sequence
 *           and acknowledgement number and flag bits; then, if STOP is true,
 *           stop the driver
 *
 * Time to live 255, don't fragment, window 32120.
 *
 *	t :: TCPIPSend -> ...
 *	Script(write t.send 1.0.0.1 1000 2.0.0.2 80 1 0 2)
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/ip/l4sum.h"

enum {
	LENGTH = sizeof(struct ip4) + sizeof(struct tcp),
	TTL = 255,
	WINDOW = 32120,
};

struct tcp_ip_send_conf {
	uint32_t src, dst, seq, ack;
	uint16_t sport, dport;
	uint8_t flags;
	uint32_t count;
	bool stop;
};

static struct packet *
tcp_ip_send_make(struct thread *t, const struct tcp_ip_send_conf *c)
{
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL, LENGTH, 0);
	struct ip4 *ip;
	struct tcp *tcp;

	if (p == NULL)
		return NULL;
	ip = (struct ip4 *)(void *)p->data;
	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = IPPROTO4_TCP };
	put_be16(ip->len, LENGTH);
	put_be16(ip->off, IP4_DF);
	put_u32(ip->src, c->src);
	put_u32(ip->dst, c->dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	packet_set_network(p, p->data, sizeof(*ip));

	tcp = (struct tcp *)(void *)(ip + 1);
	*tcp = (struct tcp){ .off = 5 << 4, .flags = c->flags };
	put_be16(tcp->sport, c->sport);
	put_be16(tcp->dport, c->dport);
	put_be32(tcp->seq, c->seq);
	put_be32(tcp->ack, c->ack);
	put_be16(tcp->win, WINDOW);
	put_u16(tcp->sum, ip4_l4_csum(ip, tcp, sizeof(*tcp)));
	return p;
}

static int
tcp_ip_send_parse(
    struct element *e, struct handler_call *call, struct tcp_ip_send_conf *c)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct args a;
	int err = conf_split_space(call->text, &mem, &words);

	if (err == 0) {
		args_init(&a, &words, e, call->errh);
		args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &c->src);
		args_tcp_port(&a, "SPORT", ARG_POS | ARG_MAND, &c->sport);
		args_ip4(&a, "DST", ARG_POS | ARG_MAND, &c->dst);
		args_tcp_port(&a, "DPORT", ARG_POS | ARG_MAND, &c->dport);
		args_u32(&a, "SEQNO", ARG_POS | ARG_MAND, &c->seq);
		args_u32(&a, "ACKNO", ARG_POS | ARG_MAND, &c->ack);
		args_u8(&a, "FLAGS", ARG_POS | ARG_MAND, &c->flags);
		args_u32(&a, "COUNT", ARG_POS, &c->count);
		args_bool(&a, "STOP", ARG_POS, &c->stop);
		err = args_complete(&a);
	}
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static int
tcp_ip_send_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct tcp_ip_send_conf c = { .count = 1 };
	struct thread *t = call->thread;
	struct scratch_mark m;
	struct batch *out;
	int err = tcp_ip_send_parse(e, call, &c);

	(void)user;
	if (err != 0)
		return err;
	m = scratch_mark(t);
	out = batch_new(t, 32);
	for (uint32_t i = 0; i < c.count; i++) {
		struct packet *p = tcp_ip_send_make(t, &c);

		if (p == NULL)
			break;
		batch_emit(e, 0, out, p);
	}
	batch_emit_end(e, 0, out);
	scratch_release(t, m);
	if (c.stop)
		router_please_stop(e->router);
	return 0;
}

static void
tcp_ip_send_add_handlers(struct element *e)
{
	handler_add_write(e, "send", tcp_ip_send_write, 0, 0);
}

const struct element_class element_tcp_ip_send = {
	.name = "TCPIPSend",
	.ports = "0/1",
	.processing = "h/h",
	.add_handlers = tcp_ip_send_add_handlers,
};
