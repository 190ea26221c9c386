/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bras.h -- inside PPPoEServer: subscribers' sessions from the first frame to
 * the last.  Not for other elements.
 *
 *	discovery.c   PADI to PADS, PADT (RFC 2516, 5)
 *	ppp_fsm.c     the automaton of option negotiation (RFC 1661, 4)
 *	ppp.c         LCP (RFC 1661) and IPCP (RFC 1332)
 *	ppp_auth.c    PAP (RFC 1334), CHAP with MD5 (RFC 1994)
 *	session.c     the table of sessions, addresses, users
 *	bras_conf.c, bras_show.c  the element's arguments, its handlers
 *	pppoe_server.c  the element: packets
 *
 * A session's life:
 *
 *	PADR with our cookie -> ESTABLISH -(LCP is up)-> AUTH -(name and secret
 *	are good, an address is free)-> NETWORK -(IPCP is up)-> packets flow
 *
 * Nothing is remembered before a PADR that brings the cookie of a PADO back.
 * All is done while the lock is held; what is sent goes out after that.
 */
#ifndef ELEMENTS_PPPOE_BRAS_H
#define ELEMENTS_PPPOE_BRAS_H

#include "base/md5.h"
#include "base/vec.h"
#include "click/locked.h"
#include "elements/app/tcm.h"
#include "elements/pppoe/pppoe.h"

enum {
	BRAS_MAC_BUCKETS = 256,
	BRAS_SESSIONS_MAX = 65535,
	BRAS_POOL_MAX = 65536,
	BRAS_NAME_MAX = 64, /* bytes of names and secrets */
	BRAS_CHALLENGE = 16,
	BRAS_ENDED = 16, /* sessions that are remembered after their end */
	BRAS_RESTART_MS = 3000, /* RFC 1661, 4.6, and its counters */
	BRAS_MAX_CONFIGURE = 10,
	BRAS_MAX_FAILURE = 5,
	BRAS_AUTH_MS = 30000, /* for a PAP client to begin */
	BRAS_COOKIE_MS = 60000,
};

/* ---- what is configured ---- */

struct bras_user {
	struct str name, secret; /* owned */
	uint32_t addr;           /* network order, 0: from the pool */
	uint32_t rate;           /* bytes a second, 0: the default */
};

struct bras_users {
	VEC_FIELDS(struct bras_user) /* sorted by name */
};

enum bras_auth { AUTH_NONE = 0, AUTH_PAP = PPP_PAP, AUTH_CHAP = PPP_CHAP };

/* ---- sessions ---- */

enum fsm_state {
	FSM_CLOSED,
	FSM_REQ_SENT,
	FSM_ACK_RCVD,
	FSM_ACK_SENT,
	FSM_OPENED
};

/* The option negotiation automaton (RFC 1661, 4.1), from Req-Sent on. */
struct fsm {
	uint8_t state, id; /* id: of our last Configure-Request */
	uint8_t tries;     /* requests left */
	uint8_t naks;      /* Configure-Naks left before we reject */
	uint32_t due_ms;   /* of the restart timer, while not opened */
};

enum bras_phase { PHASE_ESTABLISH, PHASE_AUTH, PHASE_NETWORK };

enum { DIR_UP, DIR_DOWN }; /* from and to the subscriber */

struct session {
	uint16_t id;
	uint8_t mac[6];
	uint16_t mac_next; /* session of the same bucket, 0: none */
	uint8_t phase;
	bool heard;                        /* something has come in it */
	bool our_mru, our_magic, our_addr; /* options we still ask for */
	uint8_t echoes;                    /* requests without an answer */
	uint16_t peer_mru;
	uint32_t magic, peer_magic;
	uint32_t auth;      /* enum bras_auth, by which it is asked */
	uint8_t auth_tries; /* challenges left; methods that were refused */
	uint8_t auth_refused;
	uint8_t chap_id, echo_id;
	uint8_t challenge[BRAS_CHALLENGE];
	uint32_t auth_due_ms, echo_due_ms, start_ms;
	struct fsm lcp, ipcp;
	uint32_t addr; /* network order, 0: none */
	char user[BRAS_NAME_MAX + 1];
	struct tcm_terms terms; /* rate 0: no limit */
	struct tcm meter[2];
	uint64_t packets[2], bytes[2], drops[2]; /* by direction */
};

enum bras_end {
	END_PEER,     /* its PADT or Terminate-Request */
	END_SILENT,   /* no echo */
	END_AUTH,     /* name or secret are wrong */
	END_TIMEOUT,  /* negotiation came to nothing */
	END_ADDRESS,  /* none is free */
	END_REPLACED, /* the subscriber has begun another */
	END_ADMIN,    /* a handler */
	ENDS,
};

struct bras_ended {
	struct session s;
	enum bras_end why;
	uint32_t end_ms;
};

struct bras {
	struct element *e;
	struct spinlock lock;
	struct outbox outbox;  /* frames for subscribers */
	struct thread *thread; /* that holds the lock */
	uint32_t now_ms;

	/* the configuration */
	uint8_t mac[6];
	struct str ac_name, service; /* owned; service empty: any */
	uint32_t gateway, dns[2];    /* network order, dns 0: none */
	uint32_t pool_first, pool_n; /* host order */
	uint32_t auths[2];           /* enum bras_auth, best first; 0: none */
	struct bras_users users;
	uint32_t max_sessions, max_per_mac, keepalive_ms, failures;
	uint32_t rate; /* of users without one; 0: no limit */
	uint16_t mtu;

	uint8_t secret[MD5_SIZE]; /* of cookies */
	uint64_t seed;

	/* sessions by number, 1..cap-1; NULL: free */
	struct session **sessions;
	uint32_t cap, count, next_id;
	uint16_t by_mac[BRAS_MAC_BUCKETS];
	uint16_t *owner;          /* of each address of the pool; 0: free */
	uint32_t addresses;       /* in use */
	struct bras_ended *ended; /* BRAS_ENDED of them, a ring */
	uint32_t nended;

	uint64_t padi, padr, bad_cookies, refused; /* discovery */
	uint64_t bad_frames, spoofed, strangers, too_long;
	uint64_t begun, ends[ENDS];
};

/* ---- bras_conf.c ---- */

/* The element's; its state begins with struct bras. */
int bras_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
/* "NAME SECRET [ADDRESS [RATE]]" of a user; NULL, or what is wrong. */
const char *bras_user_parse(struct element *e, struct bras *b, struct str text);

/* ---- bras_show.c ---- */

void bras_add_handlers(struct element *e);

/* ---- session.c ---- */

/* Before anything else, whoever calls; the lock is held, or all stands still.
 */
struct bras *bras_enter(struct element *e, struct thread *t);
/* The same and the lock; and its end, when what was made is sent. */
struct bras *bras_lock(struct element *e, struct thread *t);
void bras_unlock(struct element *e, struct thread *t);
/* ERR_NOMEM, or 0: the configuration is there. */
int bras_init(struct bras *b);
void bras_fini(struct bras *b);
/* b, which is new, takes over from's sessions if MAC, gateway, pool agree. */
void bras_take(struct bras *b, struct bras *from);

/*
 * A session as it was elsewhere, with its address; its rate is what its user
 * has here.  NULL, or why it cannot be.
 */
const char *bras_restore(struct bras *b, const struct session *from);

/* NULL: there is none of that number with that subscriber. */
struct session *bras_session(
    const struct bras *b, uint16_t id, const uint8_t mac[6]);
/* That which has an address of the pool, NULL: nobody. */
struct session *bras_by_addr(const struct bras *b, uint32_t addr);
/*
 * A new session of that subscriber, whose oldest makes room if it has too many;
 * NULL: there are too many, or no memory.
 */
struct session *bras_begin(struct bras *b, const uint8_t mac[6]);
/* Its last session if nothing has come in it yet, else NULL. */
struct session *bras_fresh(const struct bras *b, const uint8_t mac[6]);
/* Tells the subscriber (Terminate-Request, PADT) and frees s. */
void bras_end(struct bras *b, struct session *s, enum bras_end why);
/* Whether s is still the session of that number. */
static inline bool
bras_alive(const struct bras *b, uint16_t id, const struct session *s)
{
	return b->sessions[id] == s;
}

const struct bras_user *bras_user(const struct bras *b, struct str name);
/* Adds or replaces; ERR_NOMEM. */
int bras_user_set(struct bras *b, const struct bras_user *u);
bool bras_user_remove(struct bras *b, struct str name);
/*
 * Gives s the address of u (NULL: of nobody) or one of the pool, and its rate;
 * false: none is free.
 */
bool bras_assign(struct bras *b, struct session *s, const struct bras_user *u);

/* Timers of all sessions in parts of each second: part 0..parts-1. */
void bras_tick(struct bras *b, uint32_t part, uint32_t parts);

/* ---- bras_state.c ---- */

/* What goes along to another process. */
extern const struct state_class bras_state;

/* ---- discovery.c ---- */

/* A discovery frame of n bytes. */
void bras_discovery(struct bras *b, const uint8_t *frame, uint32_t n);
void bras_send_padt(struct bras *b, const struct session *s);

/* ---- ppp.c ---- */

/* A session frame's payload but IP; s may have ended afterwards. */
void bras_ppp(struct bras *b, struct session *s, uint16_t proto,
    const uint8_t *data, uint32_t n);
void bras_lcp_begin(struct bras *b, struct session *s);
void bras_ipcp_begin(struct bras *b, struct session *s);
/* Authentication has come out well, or was not asked for. */
void bras_authenticated(
    struct bras *b, struct session *s, const struct bras_user *u);
/* Restarts and echoes that are due; s may have ended afterwards. */
void bras_ppp_tick(struct bras *b, struct session *s);
void bras_send_terminate(struct bras *b, struct session *s);

/*
 * A control packet (code, identifier, length; RFC 1661, 5) in the making: add
 * to it, then send it.  NULL: no memory, which add and send bear.
 */
struct packet *bras_control(struct bras *b, const struct session *s,
    uint16_t proto, uint8_t code, uint8_t id);
void bras_control_add(struct packet *p, const void *data, uint32_t n);
void bras_control_send(struct bras *b, struct packet *p);

/* ---- ppp_auth.c ---- */

void bras_auth_begin(struct bras *b, struct session *s);
void bras_auth_input(struct bras *b, struct session *s, uint16_t proto,
    uint8_t code, uint8_t id, const uint8_t *data, uint32_t n);
void bras_auth_tick(struct bras *b, struct session *s);

#endif
