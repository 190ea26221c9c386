/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PPPoEServer -- a broadband remote access server: subscribers' PPPoE sessions
 * on one side, IP on the other.
 *
 *	PPPoEServer(MAC, GATEWAY, POOL [, keywords])
 *
 *   in 0      Ethernet frames from the subscribers
 *   in 1      IPv4 packets for subscribers, network header set; who gets one
 *             is told by its destination address
 *   out 0     Ethernet frames for the subscribers
 *   out 1     IPv4 packets from subscribers, network header set, destination
 *             annotation set
 *   out 2     optional (else they are killed): frames that are not PPPoE, and
 *             IP packets that nobody is there for, or that are too long for
 *             the subscriber (see ICMPError)
 *
 *   MAC       our Ethernet address
 *   GATEWAY   our address towards subscribers
 *   POOL      their addresses: a prefix (its first and last are not given out)
 *             or FIRST-LAST; at most 65536
 *   USER "NAME SECRET [ADDRESS [RATE]]"   a subscriber; may be given again and
 *             again.  ADDRESS is of the pool, "-": any; RATE as RATE.  Secrets
 *             with spaces are for the handler add_user, not either
 *   AUTH      how subscribers are asked who they are: "chap" (MD5, RFC 1994),
 *             "pap" (RFC 1334), "chap pap" (default with USERs: PAP for those
 *             that refuse CHAP), or "none" (default without)
 *   SERVICE   the service's name (default: any name is good)
 *   AC_NAME   our name (default "clickos")
 *   DNS, DNS2 name servers' addresses for subscribers (RFC 1877)
 *   RATE      each subscriber's rate in each direction, bytes a second or with
 *             a unit (default: none); RATE of a USER overrides
 *   KEEPALIVE seconds between LCP echo requests (default 30, 0: none)
 *   FAILURES  so many without an answer end a session (default 3)
 *   SESSIONS  at a time, at most (default 4096)
 *   PER_MAC   sessions of one Ethernet address (default 1); one more ends the
 *             oldest
 *
 * RFC 2516 discovery with AC-Cookie (nothing is remembered before a PADR that
 * brings it back), Host-Uniq, Relay-Session-Id and Service-Name; LCP with MRU,
 * magic number, authentication, echo; IPCP with address and name servers.
 * Subscribers' packets must have the address that they were given.  A USER with
 * an ADDRESS has one session: a new one ends it.
 *
 *   sessions  read: a line a session: number, Ethernet address, name, address,
 *             state, seconds, packets and bytes from and to the subscriber,
 *             packets over the rate
 *   ended     read: the last 16 that have ended, with why
 *   count     read: how many there are
 *   addresses read: addresses in use
 *   stats     read: what else is counted
 *   end       write: a session's number, an address or a name: ends it
 *   end_all   write: ends all
 *   users     read: names, addresses and rates
 *   add_user  write "NAME SECRET [ADDRESS [RATE]]", words may be quoted
 *   remove_user  write: a name; sessions go on
 *
 * Both inputs may be different threads': the sessions have a lock.
 *
 * A hot swap keeps the sessions if MAC, GATEWAY and POOL are the same; cosmos
 *save and migrate take along those in which packets flow.
 *
 * Memory: about 350 bytes a session, 2 an address of the pool, 64 a user.
 *
 *	FromDevice(0) -> [0]s :: PPPoEServer(0:1:2:3:4:5, 10.0.0.1, 10.0.0.0/16,
 *	    USER "joe secret", DNS 10.0.0.1)[0] -> Queue -> ToDevice(0);
 *	s[1] -> rt :: ...; rt[0] -> [1]s;
 */
#include "base/addr.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/router.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/quiet.h"
#include "elements/pppoe/bras.h"

enum { TICK_PARTS = 10, OUT_ACCESS = 0, OUT_IP = 1, OUT_OTHER = 2 };
static const int64_t TICK_NS = 100000000;

struct pppoe_server {
	struct bras bras;
	struct timer timer;
	uint32_t part;
};

/* ---- life ---- */

static void
server_timer(struct element *e, struct timer *timer, struct thread *t)
{
	struct pppoe_server *self = element_state(e);

	bras_tick(bras_lock(e, t), self->part, TICK_PARTS);
	bras_unlock(e, t);
	self->part = (self->part + 1) % TICK_PARTS;
	timer_schedule_after(timer, TICK_NS);
}

static int
server_initialize(struct element *e, struct errh *errh)
{
	struct pppoe_server *self = element_state(e);

	(void)errh;
	timer_init(&self->timer, e, server_timer);
	timer_schedule_after(&self->timer, TICK_NS);
	return 0;
}

static void
server_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct pppoe_server *from = element_state(old);

	(void)errh;
	bras_take(bras_enter(e, e->thread), &from->bras);
}

static void
server_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct pppoe_server *self = element_state(e);

	(void)stage;
	timer_fini(&self->timer);
	outbox_fini(&self->bras.outbox, e->thread);
	bras_fini(&self->bras);
}

/* ---- packets ---- */

/* Whether the rate allows it; counts it either way. */
static bool
server_account(
    struct bras *b, struct session *s, unsigned int direction, uint32_t n)
{
	if (s->terms.rate[0] != 0 &&
	    tcm_meter(&s->meter[direction], &s->terms,
	        thread_recent_ns(b->thread), n, TCM_GREEN) != TCM_GREEN) {
		s->drops[direction]++;
		return false;
	}
	s->packets[direction]++;
	s->bytes[direction] += n;
	return true;
}

/* An IP packet of a subscriber, still in its frame. */
static int
server_up(struct bras *b, struct session *s, struct packet *p,
    const struct pppoe_payload *f)
{
	const struct ip4 *ip =
	    (const struct ip4 *)(const void *)(p->data + f->at);

	if (s->ipcp.state != FSM_OPENED || f->length < sizeof(*ip) ||
	    ip4_version(ip) != 4) {
		b->bad_frames++;
		return PACKET_DROP;
	}
	if (get_u32(ip->src) != s->addr) {
		b->spoofed++;
		return PACKET_DROP;
	}
	if (!server_account(b, s, DIR_UP, f->length))
		return PACKET_DROP;
	packet_set_mac(p, p->data);
	packet_take(p, p->length - f->at - f->length);
	packet_pull(p, f->at);
	packet_set_network(p, p->data, (*p->data & 15u) * 4);
	anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	return OUT_IP;
}

static int
server_session_frame(struct bras *b, struct packet *p)
{
	struct pppoe_payload f;
	struct session *s;

	if (!pppoe_session_read(p->data, p->length, &f) ||
	    memcmp(p->data, b->mac, 6) != 0) {
		b->bad_frames++;
		return PACKET_DROP;
	}
	s = bras_session(b, f.session, p->data + 6);
	if (s == NULL) {
		b->strangers++;
		return PACKET_DROP;
	}
	s->heard = true;
	s->echoes = 0;
	if (f.proto == PPP_IP4)
		return server_up(b, s, p, &f);
	bras_ppp(b, s, f.proto, p->data + f.at, f.length);
	return PACKET_DROP;
}

static inline int
server_access(struct element *e, struct thread *t, struct packet **p)
{
	struct pppoe_server *self = element_state(e);
	struct bras *b = &self->bras;
	uint16_t type = 0;

	(void)t;
	if (likely((*p)->length >= sizeof(struct ether)))
		type = get_be16((*p)->data + 12);
	if (likely(type == ETHERTYPE_PPPOE_SESS))
		return server_session_frame(b, *p);
	if (type != ETHERTYPE_PPPOE_DISC)
		return OUT_OTHER;
	bras_discovery(b, (*p)->data, (*p)->length);
	return PACKET_DROP;
}

static inline int
server_ip(struct element *e, struct thread *t, struct packet **p)
{
	struct pppoe_server *self = element_state(e);
	struct bras *b = &self->bras;
	const struct ip4 *ip = ip_header(*p);
	struct session *s = NULL;
	uint32_t n;

	if (likely(ip != NULL && packet_network_offset(*p) >= 0))
		s = bras_by_addr(b, get_u32(ip->dst));
	if (unlikely(s == NULL || s->ipcp.state != FSM_OPENED)) {
		b->strangers++;
		return OUT_OTHER;
	}
	n = (uint32_t)packet_network_length(*p);
	if (unlikely(n > s->peer_mru)) {
		b->too_long++;
		return OUT_OTHER;
	}
	if (!server_account(b, s, DIR_DOWN, n))
		return PACKET_DROP;
	packet_pull(*p, (*p)->length - n);
	if (unlikely(packet_push(t, p, PPPOE_HEAD + 2) == NULL))
		return PACKET_GONE;
	pppoe_session_write((*p)->data, s->mac, b->mac, s->id, PPP_IP4, n);
	packet_set_mac(*p, (*p)->data);
	return OUT_ACCESS;
}

static inline void
server_enter(struct element *e, struct thread *t)
{
	(void)bras_enter(e, t);
}

static void
server_push(struct element *e, unsigned int port, struct batch *b)
{
	struct pppoe_server *self = element_state(e);
	struct bras *r = &self->bras;

	if (port == 0)
		batch_route_locked(e, b, &r->lock, server_enter, server_access,
		    &r->outbox, OUT_ACCESS);
	else
		batch_route_locked(e, b, &r->lock, server_enter, server_ip,
		    &r->outbox, OUT_ACCESS);
}

const struct element_class element_pppoe_server = {
	.name = "PPPoEServer",
	.ports = "2/2-3",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct pppoe_server),
	.configure = bras_configure,
	.initialize = server_initialize,
	.cleanup = server_cleanup,
	.take_state = server_take_state,
	.state = &bras_state,
	.add_handlers = bras_add_handlers,
	.push = server_push,
};
