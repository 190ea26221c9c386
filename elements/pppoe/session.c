/* SPDX-License-Identifier: BSD-3-Clause */
/* session.c -- sessions, addresses and users of a PPPoEServer.  See bras.h. */
#include <stdlib.h>

#include "base/addr.h"
#include "base/hash.h"
#include "elements/pppoe/bras.h"
#include "os/os.h"

enum { SESSIONS_FIRST = 64 };

struct bras *
bras_enter(struct element *e, struct thread *t)
{
	struct bras *b = element_state(e);

	b->thread = t;
	b->now_ms = (uint32_t)(thread_recent_ns(t) / 1000000);
	return b;
}

struct bras *
bras_lock(struct element *e, struct thread *t)
{
	struct bras *b = element_state(e);

	thread_lock(t, &b->lock);
	return bras_enter(e, t);
}

void
bras_unlock(struct element *e, struct thread *t)
{
	struct bras *b = element_state(e);

	locked_leave(e, t, &b->lock, &b->outbox, 0);
}

int
bras_init(struct bras *b)
{
	os_random(b->secret, sizeof(b->secret));
	os_random(&b->seed, sizeof(b->seed));
	b->owner = calloc(b->pool_n, sizeof(*b->owner));
	b->ended = calloc(BRAS_ENDED, sizeof(*b->ended));
	b->sessions = calloc(SESSIONS_FIRST, sizeof(struct session *));
	b->cap = SESSIONS_FIRST;
	b->next_id = 1;
	return b->owner == NULL || b->ended == NULL || b->sessions == NULL
	           ? ERR_NOMEM
	           : 0;
}

static void
bras_user_fini(struct bras_user *u)
{
	str_free(&u->name);
	str_free(&u->secret);
}

void
bras_fini(struct bras *b)
{
	for (uint32_t i = 0; b->sessions != NULL && i < b->cap; i++)
		free(b->sessions[i]);
	for (size_t i = 0; i < b->users.n; i++)
		bras_user_fini(&b->users.v[i]);
	vec_fini(&b->users);
	free(b->sessions);
	free(b->owner);
	free(b->ended);
	str_free(&b->ac_name);
	str_free(&b->service);
	b->sessions = NULL;
	b->owner = NULL;
	b->ended = NULL;
}

void
bras_take(struct bras *b, struct bras *from)
{
	struct session **sessions = b->sessions;
	struct bras_ended *ended = b->ended;
	uint16_t *owner = b->owner;
	uint32_t cap = b->cap;

	if (memcmp(b->mac, from->mac, 6) != 0 || b->gateway != from->gateway ||
	    b->pool_first != from->pool_first || b->pool_n != from->pool_n)
		return;
	b->sessions = from->sessions;
	b->cap = from->cap;
	b->count = from->count;
	b->next_id = from->next_id;
	b->owner = from->owner;
	b->addresses = from->addresses;
	b->ended = from->ended;
	b->nended = from->nended;
	/* Cookies that are out stay good; the buckets are by this seed. */
	b->seed = from->seed;
	memcpy(b->secret, from->secret, sizeof(b->secret));
	memcpy(b->by_mac, from->by_mac, sizeof(b->by_mac));
	b->begun = from->begun;
	memcpy(b->ends, from->ends, sizeof(b->ends));
	from->sessions = sessions;
	from->cap = cap;
	from->count = 0;
	from->owner = owner;
	from->ended = ended;
}

/* ---- finding ---- */

struct session *
bras_session(const struct bras *b, uint16_t id, const uint8_t mac[6])
{
	struct session *s = id < b->cap ? b->sessions[id] : NULL;

	return s != NULL && memcmp(s->mac, mac, 6) == 0 ? s : NULL;
}

struct session *
bras_by_addr(const struct bras *b, uint32_t addr)
{
	uint32_t i = ip4_host(addr) - b->pool_first;

	return i < b->pool_n && b->owner[i] != 0 ? b->sessions[b->owner[i]]
	                                         : NULL;
}

static uint16_t *
bras_bucket(struct bras *b, const uint8_t mac[6])
{
	return &b->by_mac[hash_bytes(mac, 6, b->seed) % BRAS_MAC_BUCKETS];
}

/* The oldest session of a subscriber, NULL: it has none; *n of all of them. */
static struct session *
bras_oldest(struct bras *b, const uint8_t mac[6], uint32_t *n)
{
	struct session *oldest = NULL;

	*n = 0;
	for (uint16_t id = *bras_bucket(b, mac); id != 0;
	     id = b->sessions[id]->mac_next) {
		struct session *s = b->sessions[id];

		if (memcmp(s->mac, mac, 6) != 0)
			continue;
		++*n;
		if (oldest == NULL ||
		    (int32_t)(s->start_ms - oldest->start_ms) < 0)
			oldest = s;
	}
	return oldest;
}

struct session *
bras_fresh(const struct bras *b, const uint8_t mac[6])
{
	uint16_t id = b->by_mac[hash_bytes(mac, 6, b->seed) % BRAS_MAC_BUCKETS];

	for (; id != 0; id = b->sessions[id]->mac_next)
		if (memcmp(b->sessions[id]->mac, mac, 6) == 0 &&
		    !b->sessions[id]->heard)
			return b->sessions[id];
	return NULL;
}

/* ---- beginning and ending ---- */

/* Twice as many numbers; false: no memory. */
static bool
bras_grow(struct bras *b)
{
	uint32_t cap = b->cap * 2;
	struct session **v =
	    realloc(b->sessions, cap * sizeof(struct session *));

	if (v == NULL)
		return false;
	memset(v + b->cap, 0, b->cap * sizeof(struct session *));
	b->sessions = v;
	b->cap = cap;
	return true;
}

/* A free number, 0: there is no memory. */
static uint16_t
bras_new_id(struct bras *b)
{
	if (b->count + 1 >= b->cap && !bras_grow(b))
		return 0;
	/* Numbers go round, so that one is not used again at once. */
	for (;; b->next_id++) {
		if (b->next_id >= b->cap || b->next_id > BRAS_SESSIONS_MAX)
			b->next_id = 1;
		if (b->sessions[b->next_id] == NULL)
			return (uint16_t)b->next_id++;
	}
}

/* A session whose number is free has it from here on. */
static void
bras_enlist(struct bras *b, struct session *s)
{
	uint16_t *bucket = bras_bucket(b, s->mac);

	s->mac_next = *bucket;
	*bucket = s->id;
	b->sessions[s->id] = s;
	b->count++;
	b->begun++;
}

struct session *
bras_begin(struct bras *b, const uint8_t mac[6])
{
	struct session *s, *oldest;
	uint32_t n;

	oldest = bras_oldest(b, mac, &n);
	if (n >= b->max_per_mac)
		bras_end(b, oldest, END_REPLACED);
	if (b->count >= b->max_sessions)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->id = bras_new_id(b);
	if (s->id == 0) {
		free(s);
		return NULL;
	}
	memcpy(s->mac, mac, 6);
	s->start_ms = b->now_ms;
	bras_enlist(b, s);
	return s;
}

static void
bras_release_address(struct bras *b, struct session *s)
{
	uint32_t i = ip4_host(s->addr) - b->pool_first;

	if (s->addr == 0)
		return;
	b->owner[i] = 0;
	b->addresses--;
	s->addr = 0;
}

void
bras_end(struct bras *b, struct session *s, enum bras_end why)
{
	struct bras_ended *last = &b->ended[b->nended++ % BRAS_ENDED];
	uint16_t *id = bras_bucket(b, s->mac);

	if (why != END_PEER) {
		bras_send_terminate(b, s);
		bras_send_padt(b, s);
	}
	while (*id != s->id)
		id = &b->sessions[*id]->mac_next;
	*id = s->mac_next;
	*last = (struct bras_ended){ .s = *s, .why = why, .end_ms = b->now_ms };
	bras_release_address(b, s);
	b->sessions[s->id] = NULL;
	b->count--;
	b->ends[why]++;
	free(s);
}

/* ---- users ---- */

/* Where name stands, or would. */
static size_t
bras_user_place(const struct bras *b, struct str name)
{
	size_t low = 0, high = b->users.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(b->users.v[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct bras_user *
bras_user(const struct bras *b, struct str name)
{
	size_t i = bras_user_place(b, name);

	return i < b->users.n && str_eq(b->users.v[i].name, name)
	           ? &b->users.v[i]
	           : NULL;
}

int
bras_user_set(struct bras *b, const struct bras_user *u)
{
	struct bras_user copy = *u;
	size_t i = bras_user_place(b, u->name);

	copy.name = str_dup(u->name);
	copy.secret = str_dup(u->secret);
	if (copy.name.s == NULL || copy.secret.s == NULL)
		goto free_copy;
	if (i < b->users.n && str_eq(b->users.v[i].name, u->name)) {
		bras_user_fini(&b->users.v[i]);
		b->users.v[i] = copy;
		return 0;
	}
	if (vec_push(&b->users, copy) != 0)
		goto free_copy;
	memmove(&b->users.v[i + 1], &b->users.v[i],
	    (b->users.n - 1 - i) * sizeof(copy));
	b->users.v[i] = copy;
	return 0;
free_copy:
	bras_user_fini(&copy);
	return ERR_NOMEM;
}

bool
bras_user_remove(struct bras *b, struct str name)
{
	size_t i = bras_user_place(b, name);

	if (i == b->users.n || !str_eq(b->users.v[i].name, name))
		return false;
	bras_user_fini(&b->users.v[i]);
	b->users.n--;
	memmove(&b->users.v[i], &b->users.v[i + 1],
	    (b->users.n - i) * sizeof(b->users.v[i]));
	return true;
}

/* ---- addresses ---- */

static bool
bras_take_address(struct bras *b, struct session *s, uint32_t i)
{
	if (i >= b->pool_n || b->owner[i] != 0 ||
	    b->pool_first + i == ip4_host(b->gateway))
		return false;
	b->owner[i] = s->id;
	b->addresses++;
	s->addr = ip4_net(b->pool_first + i);
	return true;
}

/* Whether address i is one user's own. */
static bool
bras_reserved(const struct bras *b, uint32_t i)
{
	uint32_t addr = ip4_net(b->pool_first + i);

	for (size_t k = 0; k < b->users.n; k++)
		if (b->users.v[k].addr == addr)
			return true;
	return false;
}

/*
 * An address of the pool: the search begins at a hash of the subscriber, so
 * that most get the same again.
 */
static bool
bras_pool_address(struct bras *b, struct session *s)
{
	struct str name = str_of(s->user);
	uint64_t hash = name.n > 0 ? hash_str(name) : hash_bytes(s->mac, 6, 0);
	uint32_t first = (uint32_t)(hash % b->pool_n);

	for (uint32_t k = 0; k < b->pool_n; k++) {
		uint32_t i = (first + k) % b->pool_n;

		if (b->owner[i] == 0 && !bras_reserved(b, i) &&
		    bras_take_address(b, s, i))
			return true;
	}
	return false;
}

static void
bras_set_rate(struct bras *b, struct session *s, const struct bras_user *u)
{
	uint32_t rate = u != NULL && u->rate != 0 ? u->rate : b->rate;
	int64_t now_ns = thread_recent_ns(b->thread);

	s->terms = (struct tcm_terms){ TCM_ONE, { rate, 0 },
		{ rate / 10 > 3000 ? rate / 10 : 3000, 0 } };
	tcm_init(&s->meter[DIR_UP], &s->terms, now_ns);
	tcm_init(&s->meter[DIR_DOWN], &s->terms, now_ns);
}

bool
bras_assign(struct bras *b, struct session *s, const struct bras_user *u)
{
	struct session *before;

	bras_set_rate(b, s, u);
	if (s->addr != 0)
		return true;
	if (u == NULL || u->addr == 0)
		return bras_pool_address(b, s);
	/* One address, one session: the new one has it. */
	before = bras_by_addr(b, u->addr);
	if (before != NULL)
		bras_end(b, before, END_REPLACED);
	return bras_take_address(b, s, ip4_host(u->addr) - b->pool_first);
}

void
bras_tick(struct bras *b, uint32_t part, uint32_t parts)
{
	for (uint32_t id = part; id < b->cap; id += parts)
		if (b->sessions[id] != NULL)
			bras_ppp_tick(b, b->sessions[id]);
}

/* ---- from another process ---- */

static const char *
bras_restore_fault(struct bras *b, const struct session *from)
{
	uint32_t i = ip4_host(from->addr) - b->pool_first;

	while (from->id >= b->cap)
		if (!bras_grow(b))
			return "no memory";
	if (from->id == 0 || b->sessions[from->id] != NULL)
		return "its number is taken";
	if (from->addr == 0 || i >= b->pool_n || b->owner[i] != 0)
		return "its address is taken, or not of the pool";
	return b->count >= b->max_sessions ? "there are more than SESSIONS"
	                                   : NULL;
}

const char *
bras_restore(struct bras *b, const struct session *from)
{
	const char *fault = bras_restore_fault(b, from);
	const struct bras_user *u = bras_user(b, str_of(from->user));
	struct session *s;

	if (fault != NULL)
		return fault;
	s = malloc(sizeof(*s));
	if (s == NULL)
		return "no memory";
	*s = *from;
	bras_enlist(b, s);
	b->owner[ip4_host(s->addr) - b->pool_first] = s->id;
	b->addresses++;
	bras_set_rate(b, s, u);
	memcpy(s->meter, from->meter, sizeof(s->meter));
	return NULL;
}
