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
#include <stdlib.h>

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

/* ---- configuration ---- */

/* The words of text, the whole of which may stand in quotes. */
static int
server_words(struct str text, struct arena *mem, struct strs *words)
{
	int err = conf_split_space(text, mem, words);

	if (err != 0 || words->n != 1 || words->v[0].s[0] != '"')
		return err;
	text = conf_unquote(words->v[0], mem);
	words->n = 0;
	return conf_split_space(text, mem, words);
}

/* "NAME SECRET [ADDRESS [RATE]]"; NULL, or what is wrong. */
static const char *
server_user(struct element *e, struct bras *b, struct str text)
{
	struct bras_user u = { .addr = 0 };
	struct strs words = VEC_INIT;
	struct arena mem = ARENA_INIT;
	const char *wrong = NULL;
	struct str w[4] = { { NULL, 0 } };

	if (server_words(text, &mem, &words) != 0)
		wrong = "out of memory";
	for (size_t i = 0; i < words.n && i < 4; i++)
		w[i] = conf_unquote(words.v[i], &mem);
	u.name = w[0];
	u.secret = w[1];
	if (wrong == NULL && (words.n < 2 || words.n > 4))
		wrong = "expected 'NAME SECRET [ADDRESS [RATE]]'";
	else if (u.name.n == 0 || u.name.n > BRAS_NAME_MAX ||
	         u.secret.n > BRAS_NAME_MAX)
		wrong = "names and secrets are up to 64 bytes long";
	else if (words.n > 2 && !str_is(w[2], "-") &&
	         (!arg_quiet(&arg_type_ip4, w[2], &u.addr, e) ||
	             ip4_host(u.addr) - b->pool_first >= b->pool_n ||
	             u.addr == b->gateway))
		wrong = "the address must be one of the pool";
	else if (words.n > 3 &&
	         !arg_quiet(&arg_type_bandwidth, w[3], &u.rate, e))
		wrong = "bad rate";
	if (wrong == NULL && bras_user_set(b, &u) != 0)
		wrong = "out of memory";
	vec_fini(&words);
	arena_fini(&mem);
	return wrong;
}

struct server_conf {
	struct str pool, auth;
	struct strbuf users; /* one a line */
	uint32_t keepalive;
};

static bool
server_collect_user(struct arg_ctx *c, struct str text, void *arg)
{
	struct strbuf *users = arg;

	(void)c;
	sb_add(users, text);
	sb_addc(users, '\n');
	return true;
}

static int
server_parse_pool(
    struct element *e, struct bras *b, struct str text, struct errh *errh)
{
	size_t dash = str_find(text, '-', 0);
	struct ip4_prefix prefix;
	uint32_t first, last;

	if (dash < text.n) {
		if (!arg_quiet(
		        &arg_type_ip4, str_sub(text, 0, dash), &first, e) ||
		    !arg_quiet(
		        &arg_type_ip4, str_from(text, dash + 1), &last, e))
			goto bad;
		first = ip4_host(first);
		last = ip4_host(last);
	} else {
		if (!arg_quiet(&arg_type_ip4_prefix, text, &prefix, e) ||
		    ip4_prefix_of(prefix.mask) < 0)
			goto bad;
		first = ip4_host(prefix.addr & prefix.mask);
		last = first | ~ip4_host(prefix.mask);
		if (last - first > 1) {
			first++;
			last--;
		}
	}
	if (last < first || last - first >= BRAS_POOL_MAX)
		goto bad;
	b->pool_first = first;
	b->pool_n = last - first + 1;
	return 0;
bad:
	return errh_error(errh,
	    "POOL: a prefix or FIRST-LAST of at most %d addresses expected",
	    BRAS_POOL_MAX);
}

static int
server_parse_auth(struct bras *b, struct str auth, struct errh *errh)
{
	static const struct {
		const char *text;
		uint32_t auths[2];
	} ways[] = {
		{ "none", { AUTH_NONE, AUTH_NONE } },
		{ "pap", { AUTH_PAP, AUTH_NONE } },
		{ "chap", { AUTH_CHAP, AUTH_NONE } },
		{ "chap pap", { AUTH_CHAP, AUTH_PAP } },
		{ "pap chap", { AUTH_PAP, AUTH_CHAP } },
	};

	if (auth.n == 0)
		auth = b->users.n > 0 ? STR("chap pap") : STR("none");
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (str_is(auth, ways[i].text)) {
			memcpy(b->auths, ways[i].auths, sizeof(b->auths));
			return 0;
		}
	return errh_error(
	    errh, "AUTH: 'chap', 'pap', 'chap pap' or 'none' expected");
}

static int
server_check(
    struct element *e, struct bras *b, struct server_conf *c, struct errh *errh)
{
	struct str rest = sb_str(&c->users), line;
	int err = server_parse_pool(e, b, c->pool, errh);

	if (err != 0)
		return err;
	while (str_line(&rest, &line)) {
		const char *wrong = server_user(e, b, line);

		if (wrong != NULL)
			err = errh_error(errh, "USER: %s", wrong);
	}
	if (err == 0)
		err = server_parse_auth(b, c->auth, errh);
	if (b->max_sessions == 0 || b->max_sessions > BRAS_SESSIONS_MAX ||
	    b->max_per_mac == 0)
		err = errh_error(errh,
		    "SESSIONS: from 1 to %d; PER_MAC: 1 at least",
		    BRAS_SESSIONS_MAX);
	if (c->keepalive > 1000000 || b->failures == 0 || b->failures > 255)
		err = errh_error(errh,
		    "KEEPALIVE: up to 1000000 seconds; FAILURES: from 1 to "
		    "255");
	if (b->ac_name.n > BRAS_NAME_MAX || b->service.n > BRAS_NAME_MAX)
		err = errh_error(
		    errh, "AC_NAME, SERVICE: at most %d bytes", BRAS_NAME_MAX);
	b->keepalive_ms = c->keepalive * 1000;
	return err;
}

static int
server_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct pppoe_server *self = element_state(e);
	struct server_conf c = { .keepalive = 30, .users = STRBUF_INIT };
	struct bras *b = &self->bras;
	struct args a;
	int err;

	b->e = e;
	b->max_sessions = 4096;
	b->max_per_mac = 1;
	b->failures = 3;
	b->mtu = PPPOE_MTU;
	if (str_set(&b->ac_name, STR("clickos")) != 0)
		return errh_error(errh, "out of memory");
	args_init(&a, conf, e, errh);
	args_ether(&a, "MAC", ARG_POS | ARG_MAND, b->mac);
	args_ip4(&a, "GATEWAY", ARG_POS | ARG_MAND, &b->gateway);
	args_raw(&a, "POOL", ARG_POS | ARG_MAND, &c.pool);
	args_read_all(&a, "USER", 0, server_collect_user, &c.users);
	args_str(&a, "AUTH", 0, &c.auth);
	args_str(&a, "SERVICE", 0, &b->service);
	args_str(&a, "AC_NAME", 0, &b->ac_name);
	args_ip4(&a, "DNS", 0, &b->dns[0]);
	args_ip4(&a, "DNS2", 0, &b->dns[1]);
	args_bandwidth(&a, "RATE", 0, &b->rate);
	args_seconds(&a, "KEEPALIVE", 0, &c.keepalive);
	args_u32(&a, "FAILURES", 0, &b->failures);
	args_u32(&a, "SESSIONS", 0, &b->max_sessions);
	args_u32(&a, "PER_MAC", 0, &b->max_per_mac);
	err = args_complete(&a);
	if (err == 0)
		err = server_check(e, b, &c, errh);
	if (err == 0 && bras_init(b) != 0)
		err = errh_error(errh, "out of memory");
	str_free(&c.pool);
	str_free(&c.auth);
	sb_fini(&c.users);
	return err;
}

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
		wrong = server_user(e, b, call->text);
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
	.configure = server_configure,
	.initialize = server_initialize,
	.cleanup = server_cleanup,
	.add_handlers = server_add_handlers,
	.push = server_push,
};
