/* SPDX-License-Identifier: BSD-3-Clause */
/* arp_cache.c -- see arp_cache.h.  Not an element. */
#include "elements/ethernet/arp_cache.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/router.h"

/* Queries for one address: ten a second at first, then one in two seconds. */
enum { ARP_FAST_POLLS = 10, ARP_KIND = 1 };
static const int64_t ARP_FAST_NS = 100000000, ARP_SLOW_NS = 2000000000;
/* Timeouts above this are none: a hundred years. */
static const int64_t ARP_FOREVER_NS = 3155760000000000000;

struct arp_link {
	uint32_t prev, next;
};

struct arp_entry {
	struct flow_key key;
	int64_t live_ns;   /* when it was last confirmed */
	int64_t polled_ns; /* when it was last asked for */
	struct packet *head, *tail;
	uint32_t npackets;
	struct arp_link age, waiting;
	uint8_t mac[6];
	bool known;
	uint8_t polls; /* since the last answer */
};

static struct arp_entry *
arp_entry(const struct arp_cache *c, uint32_t n)
{
	return flowtable_record(&c->table, n);
}

/* ---- lists ---- */

static struct arp_link *
arp_link(struct arp_cache *c, const struct arp_list *l, uint32_t n)
{
	struct arp_entry *a = arp_entry(c, n);

	return l == &c->age ? &a->age : &a->waiting;
}

static void
arp_list_add(struct arp_cache *c, struct arp_list *l, uint32_t n)
{
	*arp_link(c, l, n) = (struct arp_link){ .prev = l->last };
	if (l->last != 0)
		arp_link(c, l, l->last)->next = n;
	else
		l->first = n;
	l->last = n;
	l->count++;
}

static void
arp_list_remove(struct arp_cache *c, struct arp_list *l, uint32_t n)
{
	struct arp_link link = *arp_link(c, l, n);

	if (link.prev != 0)
		arp_link(c, l, link.prev)->next = link.next;
	else
		l->first = link.next;
	if (link.next != 0)
		arp_link(c, l, link.next)->prev = link.prev;
	else
		l->last = link.prev;
	l->count--;
}

/* ---- entries ---- */

static bool
arp_expired(const struct arp_cache *c, const struct arp_entry *a, int64_t now)
{
	return c->limits.timeout_ns > 0 &&
	       now - a->live_ns > c->limits.timeout_ns;
}

static bool
arp_known(const struct arp_cache *c, const struct arp_entry *a, int64_t now)
{
	return a->known && !arp_expired(c, a, now);
}

/* Whether a query may be sent now; then it counts as sent. */
static bool
arp_poll(struct arp_entry *a, int64_t now)
{
	int64_t pause = a->polls >= ARP_FAST_POLLS ? ARP_SLOW_NS : ARP_FAST_NS;

	if (now - a->polled_ns < pause)
		return false;
	a->polled_ns = now;
	if (a->polls < UINT8_MAX)
		a->polls++;
	return true;
}

/* Drops the packet of record n that has waited longest. */
static void
arp_drop_one(struct arp_cache *c, struct thread *t, uint32_t n)
{
	struct arp_entry *a = arp_entry(c, n);
	struct packet *p = a->head;

	a->head = p->next;
	a->npackets--;
	c->packets--;
	c->drops++;
	packet_kill(t, p);
	if (a->head == NULL)
		arp_list_remove(c, &c->waiting, n);
}

static void
arp_remove(struct arp_cache *c, struct thread *t, uint32_t n)
{
	while (arp_entry(c, n)->head != NULL)
		arp_drop_one(c, t, n);
	arp_list_remove(c, &c->age, n);
	(void)flowtable_remove(&c->table, n, 0); /* every record is in it */
	flowtable_delete(&c->table, n);
}

/* Removes at most budget expired entries; true: there may be more. */
static bool
arp_sweep(struct arp_cache *c, struct thread *t, int64_t now, uint32_t budget)
{
	while (c->age.first != 0 &&
	       arp_expired(c, arp_entry(c, c->age.first), now)) {
		if (budget-- == 0)
			return true;
		arp_remove(c, t, c->age.first);
	}
	return false;
}

/* Makes room for one entry. */
static void
arp_evict(struct arp_cache *c, struct thread *t)
{
	if (c->waiting.count > c->age.count / 2)
		arp_remove(c, t, c->waiting.first);
	else if (c->age.first != 0)
		arp_remove(c, t, c->age.first);
}

/* Made of whole words, as by flow_key_set(). */
static inline struct flow_key
arp_key(uint32_t ip)
{
	const uint64_t w[2] = { ip, (uint64_t)ARP_KIND << 32 };
	struct flow_key key;

	memcpy(&key, w, sizeof(key));
	return key;
}

/*
 * Most packets go where the one before went: to the gateway.  A record given
 * back has another key.
 */
static uint32_t
arp_find(struct arp_cache *c, uint32_t ip)
{
	struct flow_key key = arp_key(ip);

	if (c->recent == 0 ||
	    !flow_key_equal(&arp_entry(c, c->recent)->key, &key))
		c->recent = flow_ref_record(flowtable_find(&c->table, &key));
	return c->recent;
}

static uint32_t
arp_new(struct arp_cache *c, uint32_t ip, int64_t now)
{
	uint32_t n = flowtable_new(&c->table);
	struct arp_entry *a;

	if (n == 0)
		return 0;
	a = arp_entry(c, n);
	a->key = arp_key(ip);
	if (flowtable_insert(&c->table, n, 0) != 0) {
		flowtable_delete(&c->table, n);
		return 0;
	}
	memset(a->mac, 0xff, sizeof(a->mac));
	a->live_ns = now;
	a->polled_ns = now - NS_PER_SEC;
	arp_list_add(c, &c->age, n);
	return n;
}

/* The entry for ip, made if need be; 0: no memory, not even of another one. */
static uint32_t
arp_ensure(struct arp_cache *c, struct thread *t, uint32_t ip, int64_t now)
{
	uint32_t limit = c->limits.entries, n = arp_find(c, ip);

	if (n != 0)
		return n;
	if (limit == 0 || limit > ARP_CACHE_ENTRIES_MAX)
		limit = ARP_CACHE_ENTRIES_MAX;
	(void)arp_sweep(c, t, now, ARP_CACHE_SWEEP); /* the timer does more */
	for (int i = 0; i < 2 && c->age.count >= limit; i++)
		arp_evict(c, t);
	n = arp_new(c, ip, now);
	if (n == 0 && c->age.count > 0) {
		arp_evict(c, t);
		n = arp_new(c, ip, now);
	}
	return n;
}

/* ---- use ---- */

enum arp_answer
arp_cache_lookup(struct arp_cache *c, struct thread *t, uint32_t ip,
    int64_t poll_ns, uint8_t mac[static 6])
{
	int64_t now = thread_recent_ns(t);
	enum arp_answer answer = ARP_UNKNOWN;
	uint32_t n;

	thread_lock(t, &c->lock);
	n = arp_find(c, ip);
	if (n != 0 && arp_known(c, arp_entry(c, n), now)) {
		struct arp_entry *a = arp_entry(c, n);

		memcpy(mac, a->mac, 6);
		answer = ARP_KNOWN;
		if (poll_ns > 0 && now - a->live_ns >= poll_ns &&
		    arp_poll(a, now))
			answer = ARP_KNOWN_ASK;
	}
	thread_unlock(t, &c->lock);
	return answer;
}

/* Drops packets until p, which is to wait, and the others have room. */
static void
arp_slim(struct arp_cache *c, struct thread *t)
{
	uint32_t limit = c->limits.packets, left;

	if (limit == 0 || c->packets < limit)
		return;
	left = limit - limit / c->limits.slim_factor;
	if (left > 0)
		left--; /* for p */
	while (c->packets > left)
		arp_drop_one(c, t, c->waiting.first);
}

static void
arp_append(struct arp_cache *c, uint32_t n, struct packet *p)
{
	struct arp_entry *a = arp_entry(c, n);

	p->next = NULL;
	if (a->head == NULL) {
		a->head = p;
		arp_list_add(c, &c->waiting, n);
	} else
		a->tail->next = p;
	a->tail = p;
	a->npackets++;
	c->packets++;
}

static enum arp_answer
arp_wait(struct arp_cache *c, struct thread *t, uint32_t n, struct packet *p)
{
	int64_t now = thread_recent_ns(t);
	struct arp_entry *a = arp_entry(c, n);

	if (arp_expired(c, a, now)) {
		/* Somebody wants it: it shall not be swept away yet. */
		a->live_ns = now - c->limits.timeout_ns;
		arp_list_remove(c, &c->age, n);
		arp_list_add(c, &c->age, n);
	}
	if (c->limits.entry_packets > 0 &&
	    a->npackets >= c->limits.entry_packets)
		return ARP_REFUSED;
	arp_slim(c, t);
	arp_append(c, n, p);
	return arp_poll(a, now) ? ARP_WAITS_ASK : ARP_WAITS;
}

enum arp_answer
arp_cache_wait(struct arp_cache *c, struct thread *t, uint32_t ip,
    struct packet *p, uint8_t mac[static 6])
{
	int64_t now = thread_recent_ns(t);
	enum arp_answer answer = ARP_REFUSED;
	uint32_t n;

	thread_lock(t, &c->lock);
	n = arp_ensure(c, t, ip, now);
	if (n != 0 && arp_known(c, arp_entry(c, n), now)) {
		memcpy(mac, arp_entry(c, n)->mac, 6);
		answer = ARP_KNOWN;
	} else if (n != 0)
		answer = arp_wait(c, t, n, p);
	if (answer == ARP_REFUSED)
		c->drops++;
	thread_unlock(t, &c->lock);
	return answer;
}

int
arp_cache_insert(struct arp_cache *c, struct thread *t, uint32_t ip,
    const uint8_t mac[static 6], struct packet **released)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff };
	int64_t now = thread_recent_ns(t);
	struct arp_entry *a;
	uint32_t n;

	thread_lock(t, &c->lock);
	n = arp_ensure(c, t, ip, now);
	if (n != 0) {
		a = arp_entry(c, n);
		memcpy(a->mac, mac, 6);
		a->known = memcmp(mac, broadcast, 6) != 0;
		a->live_ns = now;
		a->polls = 0;
		a->polled_ns = now - NS_PER_SEC;
		arp_list_remove(c, &c->age, n);
		arp_list_add(c, &c->age, n);
		if (released != NULL) {
			*released = a->head;
			if (a->head != NULL)
				arp_list_remove(c, &c->waiting, n);
			a->head = a->tail = NULL;
			c->packets -= a->npackets;
			a->npackets = 0;
		}
	}
	thread_unlock(t, &c->lock);
	return n != 0 ? 0 : ERR_NOMEM;
}

/* *at is twice a record's number, or one more: behind it. */
bool
arp_cache_known(const struct arp_cache *c, uint64_t *at, struct arp_known *k)
{
	uint64_t behind = *at / 2;
	uint32_t n = c->age.first;

	if (behind != 0) {
		uint64_t there = behind;

		if (flowtable_next_at(&c->table, &there) == 0 ||
		    there != behind)
			return false;
		n = arp_entry(c, (uint32_t)behind)->age.next;
	}
	while (n != 0 && !arp_entry(c, n)->known)
		n = arp_entry(c, n)->age.next;
	if (n == 0)
		return false;
	k->ip = arp_entry(c, n)->key.src;
	memcpy(k->mac, arp_entry(c, n)->mac, 6);
	k->live_ns = arp_entry(c, n)->live_ns;
	*at = (uint64_t)n * 2;
	return true;
}

int
arp_cache_restore(
    struct arp_cache *c, struct thread *t, const struct arp_known *k)
{
	int err = arp_cache_insert(c, t, k->ip, k->mac, NULL);

	/* It stands at the end of those by age. */
	if (err == 0)
		arp_entry(c, c->age.last)->live_ns = k->live_ns;
	return err;
}

void
arp_cache_clear(struct arp_cache *c, struct thread *t)
{
	thread_lock(t, &c->lock);
	while (c->age.first != 0)
		arp_remove(c, t, c->age.first);
	thread_unlock(t, &c->lock);
}

void
arp_cache_print(const struct arp_cache *c, struct thread *t, struct strbuf *out)
{
	int64_t now = thread_recent_ns(t);

	for (uint32_t n = c->age.first; n != 0; n = arp_entry(c, n)->age.next) {
		const struct arp_entry *a = arp_entry(c, n);

		sb_ip4(out, a->key.src);
		sb_printf(out, " %d ", arp_known(c, a, now));
		sb_ether(out, a->mac);
		sb_addc(out, ' ');
		sb_stamp(out, now - a->live_ns);
		sb_addc(out, '\n');
	}
}

/* ---- life ---- */

void
arp_cache_limits_init(struct arp_cache_limits *l)
{
	*l = (struct arp_cache_limits){ .packets = 2048,
		.slim_factor = 2,
		.timeout_ns = 300 * NS_PER_SEC };
}

void
arp_cache_read(struct args *a, struct arp_cache_limits *l)
{
	args_u32(a, "CAPACITY", 0, &l->packets);
	args_u32(a, "ENTRY_CAPACITY", 0, &l->entries);
	args_u32(a, "ENTRY_PACKET_CAPACITY", 0, &l->entry_packets);
	args_u32(a, "CAPACITY_SLIM_FACTOR", 0, &l->slim_factor);
	args_stamp(a, "TIMEOUT", 0, &l->timeout_ns);
}

int
arp_cache_check(const struct arp_cache_limits *l, struct errh *errh)
{
	if (l->slim_factor == 0)
		return errh_error(errh, "CAPACITY_SLIM_FACTOR cannot be zero");
	return 0;
}

void
arp_cache_init(struct arp_cache *c)
{
	flowtable_init(&c->table, sizeof(struct arp_entry), 1);
	arp_cache_limits_init(&c->limits);
}

/* A timeout of 0 needs no timer. */
static void
arp_cache_schedule(struct arp_cache *c)
{
	if (c->timer.e != NULL && c->limits.timeout_ns > 0)
		timer_schedule_after(&c->timer, c->limits.timeout_ns);
}

void
arp_cache_limit(struct arp_cache *c, const struct arp_cache_limits *l)
{
	c->limits = *l;
	if (c->limits.timeout_ns > ARP_FOREVER_NS)
		c->limits.timeout_ns = 0;
	arp_cache_schedule(c);
}

static void
arp_cache_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct arp_cache *c = element_cast(e, "arp_cache");
	int64_t now = thread_recent_ns(t);
	bool more;

	thread_lock(t, &c->lock);
	more = arp_sweep(c, t, now, ARP_CACHE_SWEEP_TIMER);
	thread_unlock(t, &c->lock);
	if (more)
		timer_schedule_after(timer, NS_PER_MS);
	else if (c->limits.timeout_ns > 0)
		timer_schedule_after(timer, c->limits.timeout_ns + NS_PER_SEC);
}

void
arp_cache_start(struct arp_cache *c, struct element *e)
{
	timer_init(&c->timer, e, arp_cache_fire);
	arp_cache_schedule(c);
}

void
arp_cache_fini(struct arp_cache *c, struct thread *t)
{
	timer_fini(&c->timer);
	if (c->age.first != 0)
		arp_cache_clear(c, t);
	flowtable_fini(&c->table);
}

void
arp_cache_take(struct arp_cache *c, struct arp_cache *old)
{
	struct flowtable empty = c->table;

	if (c->age.count > 0)
		return;
	c->table = old->table;
	c->age = old->age;
	c->waiting = old->waiting;
	c->packets = old->packets;
	c->drops = old->drops;
	old->table = empty;
	old->age = old->waiting = (struct arp_list){ 0 };
	old->packets = 0;
}
