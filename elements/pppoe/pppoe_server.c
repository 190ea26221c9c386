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

static const char *const end_name[ENDS] = { "ended by the subscriber",
	"no answer", "wrong name or secret", "negotiation failed", "no address",
	"replaced", "ended by hand" };

/* Before anything else, whoever calls. */
static struct bras *
server_enter(struct element *e, struct thread *t)
{
	struct pppoe_server *self = element_state(e);

	self->bras.thread = t;
	self->bras.now_ms = (uint32_t)(thread_recent_ns(t) / 1000000);
	return &self->bras;
}

/* ---- life ---- */

static void
server_timer(struct element *e, struct timer *timer, struct thread *t)
{
	struct pppoe_server *self = element_state(e);

	bras_tick(server_enter(e, t), self->part, TICK_PARTS);
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
server_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct pppoe_server *self = element_state(e);

	(void)stage;
	timer_fini(&self->timer);
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

static void
server_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)server_enter(e, b->thread);
	if (port == 0)
		batch_route_all(e, b, server_access);
	else
		batch_route_all(e, b, server_ip);
}

/* ---- handlers ---- */

static const char *
server_state(const struct session *s)
{
	if (s->phase == PHASE_ESTABLISH)
		return "establishing";
	if (s->phase == PHASE_AUTH)
		return "authenticating";
	return s->ipcp.state == FSM_OPENED ? "up" : "configuring";
}

static void
server_print(const struct session *s, const char *state, uint32_t now_ms,
    struct strbuf *out)
{
	sb_printf(out, "%u\t", s->id);
	sb_ether_colon(out, s->mac);
	sb_printf(out, "\t%s\t", *s->user == '\0' ? "-" : s->user);
	sb_ip4(out, s->addr);
	sb_printf(
	    out, "\t%s\t%u", state, (unsigned)((now_ms - s->start_ms) / 1000));
	for (unsigned int d = 0; d < 2; d++) {
		sb_addc(out, '\t');
		sb_u64(out, s->packets[d]);
		sb_addc(out, '\t');
		sb_u64(out, s->bytes[d]);
	}
	sb_addc(out, '\t');
	sb_u64(out, s->drops[0] + s->drops[1]);
	sb_addc(out, '\n');
}

static int
server_read_sessions(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = server_enter(e, call->thread);

	(void)user;
	for (uint32_t id = 1; id < b->cap; id++)
		if (b->sessions[id] != NULL)
			server_print(b->sessions[id],
			    server_state(b->sessions[id]), b->now_ms,
			    call->out);
	return 0;
}

static int
server_read_ended(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = server_enter(e, call->thread);
	uint32_t n = b->nended < BRAS_ENDED ? b->nended : BRAS_ENDED;

	(void)user;
	for (uint32_t i = b->nended - n; i != b->nended; i++) {
		const struct bras_ended *d = &b->ended[i % BRAS_ENDED];

		server_print(&d->s, end_name[d->why], d->end_ms, call->out);
	}
	return 0;
}

static int
server_read_stats(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = server_enter(e, call->thread);
	const struct {
		uint64_t n;
		const char *what;
	} lines[] = {
		{ b->padi, "PADI" },
		{ b->padr, "PADR" },
		{ b->bad_cookies, "PADR without our cookie" },
		{ b->refused, "discovery refused" },
		{ b->begun, "sessions begun" },
		{ b->bad_frames, "bad frames" },
		{ b->strangers, "frames and packets of no session" },
		{ b->spoofed, "packets with another source address" },
		{ b->too_long, "packets longer than the subscriber takes" },
	};

	(void)user;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		sb_u64(call->out, lines[i].n);
		sb_printf(call->out, "\t%s\n", lines[i].what);
	}
	for (unsigned int i = 0; i < ENDS; i++) {
		sb_u64(call->out, b->ends[i]);
		sb_printf(call->out, "\t%s\n", end_name[i]);
	}
	return 0;
}

static bool
server_is(const struct session *s, struct str text, uint32_t addr, uint32_t id)
{
	return s != NULL && (s->id == id || (addr != 0 && s->addr == addr) ||
	                        (*s->user != '\0' && str_is(text, s->user)));
}

static int
server_write_end(struct element *e, uintptr_t all, struct handler_call *call)
{
	struct bras *b = server_enter(e, call->thread);
	struct str text = str_trim(call->text);
	uint32_t addr = 0, number = 0, n = 0;

	if (!arg_quiet(&arg_type_u32, text, &number, e))
		(void)arg_quiet(&arg_type_ip4, text, &addr, e);
	for (uint32_t id = 1; id < b->cap; id++)
		if (b->sessions[id] != NULL &&
		    (all || server_is(b->sessions[id], text, addr, number))) {
			bras_end(b, b->sessions[id], END_ADMIN);
			n++;
		}
	if (n == 0 && !all)
		return errh_error(call->errh, "no session of that number, "
		                              "address or name");
	return 0;
}

static int
server_read_users(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = server_enter(e, call->thread);

	(void)user;
	for (size_t i = 0; i < b->users.n; i++) {
		const struct bras_user *u = &b->users.v[i];

		sb_add(call->out, u->name);
		sb_addc(call->out, '\t');
		if (u->addr != 0)
			sb_ip4(call->out, u->addr);
		else
			sb_addc(call->out, '-');
		sb_printf(call->out, "\t%u\n", (unsigned)u->rate);
	}
	return 0;
}

static int
server_write_user(struct element *e, uintptr_t add, struct handler_call *call)
{
	struct bras *b = server_enter(e, call->thread);
	const char *wrong = NULL;

	if (add)
		wrong = bras_user_parse(e, b, call->text);
	else if (!bras_user_remove(b, str_trim(call->text)))
		wrong = "no such user";
	return wrong == NULL ? 0 : errh_error(call->errh, "%s", wrong);
}

static void
server_add_handlers(struct element *e)
{
	struct pppoe_server *self = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &self->bras.count);
	handler_add_data(
	    e, "addresses", HANDLER_READ, DATA_U32, &self->bras.addresses);
	handler_add_read(e, "sessions", server_read_sessions, 0, 0);
	handler_add_read(e, "ended", server_read_ended, 0, 0);
	handler_add_read(e, "stats", server_read_stats, 0, 0);
	handler_add_write(e, "end", server_write_end, 0, 0);
	handler_add_write(e, "end_all", server_write_end, 1, HANDLER_BUTTON);
	handler_add_read(e, "users", server_read_users, 0, 0);
	handler_add_write(e, "add_user", server_write_user, 1, 0);
	handler_add_write(e, "remove_user", server_write_user, 0, 0);
}

/* Not shareable: sessions are one thread's. */
const struct element_class element_pppoe_server = {
	.name = "PPPoEServer",
	.ports = "2/2-3",
	.processing = "h/h",
	.state_size = sizeof(struct pppoe_server),
	.configure = bras_configure,
	.initialize = server_initialize,
	.cleanup = server_cleanup,
	.add_handlers = server_add_handlers,
	.push = server_push,
};
