/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bras_state.c -- PPPoEServer's sessions, to and from another process: those in
 * which packets flow.  What is being negotiated begins anew by itself.
 */
#include "click/state.h"
#include "elements/pppoe/bras.h"

static const struct state_field count_fields[] = {
	STATE_RAW(struct bras, padi),
	STATE_RAW(struct bras, padr),
	STATE_RAW(struct bras, bad_cookies),
	STATE_RAW(struct bras, refused),
	STATE_RAW(struct bras, bad_frames),
	STATE_RAW(struct bras, spoofed),
	STATE_RAW(struct bras, strangers),
	STATE_RAW(struct bras, too_long),
	STATE_RAW(struct bras, begun),
	STATE_RAW(struct bras, ends),
};

static const struct state_field session_fields[] = {
	STATE_RAW(struct session, id),
	STATE_RAW(struct session, mac),
	STATE_UP_TO(struct session, our_mru, 1),
	STATE_UP_TO(struct session, our_magic, 1),
	STATE_UP_TO(struct session, our_addr, 1),
	STATE_RAW(struct session, echoes),
	STATE_RAW(struct session, peer_mru),
	STATE_RAW(struct session, magic),
	STATE_RAW(struct session, peer_magic),
	STATE_RAW(struct session, auth),
	STATE_RAW(struct session, auth_tries),
	STATE_RAW(struct session, auth_refused),
	STATE_RAW(struct session, chap_id),
	STATE_RAW(struct session, echo_id),
	STATE_RAW(struct session, challenge),
	STATE_AGE_MS(struct session, start_ms),
	STATE_RAW(struct session, lcp.id),
	STATE_RAW(struct session, ipcp.id),
	STATE_RAW(struct session, addr),
	STATE_RAW(struct session, user),
	STATE_AGE_NS(struct session, meter[0].last_ns),
	STATE_RAW(struct session, meter[0].parts),
	STATE_AGE_NS(struct session, meter[1].last_ns),
	STATE_RAW(struct session, meter[1].parts),
	STATE_RAW(struct session, packets),
	STATE_RAW(struct session, bytes),
	STATE_RAW(struct session, drops),
};

/* Whether subscriber and server have agreed on all there is. */
static bool
session_is_up(const struct session *s)
{
	return s->phase == PHASE_NETWORK && s->lcp.state == FSM_OPENED &&
	       s->ipcp.state == FSM_OPENED && s->addr != 0;
}

static const void *
bras_next_session(const struct state_call *c, uint64_t *at, void *room)
{
	const struct bras *b = element_state(c->e);

	(void)room;
	for (; *at < b->cap; ++*at)
		if (b->sessions[*at] != NULL && session_is_up(b->sessions[*at]))
			return b->sessions[*at];
	return NULL;
}

static int
bras_take_session(const struct state_call *c, const void *what)
{
	struct bras *b = bras_enter(c->e, c->thread);
	struct session s = *(const struct session *)what;
	const char *fault;

	if (memchr(s.user, '\0', sizeof(s.user)) == NULL)
		return state_refuse_item(c, "its user has no end");
	s.phase = PHASE_NETWORK;
	s.heard = true;
	s.lcp.state = s.ipcp.state = FSM_OPENED;
	s.echo_due_ms = b->now_ms + b->keepalive_ms;
	fault = bras_restore(b, &s);
	return fault == NULL ? 0 : state_refuse_item(c, fault);
}

static const struct state_item bras_items[] = {
	{ .what = "session",
	    STATE_FIELDS(session_fields),
	    .size = sizeof(struct session),
	    .next = bras_next_session,
	    .take = bras_take_session },
	/* After the sessions, which are counted as they come. */
	{ .what = "counts", STATE_FIELDS(count_fields) },
};

const struct state_class bras_state = { 1, STATE_ITEMS(bras_items) };
