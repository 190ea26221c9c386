/* SPDX-License-Identifier: BSD-3-Clause */
/* ether_bridge.c -- see ether_bridge.h.  Not an element. */
#include "elements/etherswitch/ether_bridge.h"

#include "click/state.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/conf.h"

enum {
	STATION_KIND = 1,
	BRIDGE_CHUNK = 32, /* frames whose stations are fetched at once */
	SWEEP_LOOKS = 2,   /* others looked at when a station comes */
	EVICT_LOOKS = 8,   /* and when one must go */
	BRIDGE_FLOOD = -3, /* beside PACKET_DROP and the outputs */
};

struct station {
	struct flow_key key; /* its address, in the first six bytes */
	int64_t stamp_ns;    /* of its last frame */
	uint32_t port;
	uint32_t pad;
};

/* ---- the table ---- */

static struct flow_key
station_key(const uint8_t mac[static 6])
{
	struct flow_key key = { .kind = STATION_KIND };

	memcpy(&key, mac, 6);
	return key;
}

static struct station *
station_at(const struct ether_bridge *br, uint32_t n)
{
	return flowtable_record(&br->table, n);
}

static void
station_forget(struct ether_bridge *br, uint32_t n)
{
	(void)flowtable_remove(&br->table, n, 0); /* every record is in it */
	flowtable_delete(&br->table, n);
}

static int64_t
bridge_timeout_ns(const struct ether_bridge *br)
{
	uint32_t fast = load_relaxed(&br->fast_s), s = br->timeout_s;

	if (fast != 0 && fast < s)
		s = fast;
	return (int64_t)s * NS_PER_SEC;
}

/* The next record number, round and round; not every one is in use. */
static uint32_t
bridge_turn(struct ether_bridge *br)
{
	if (++br->hand >= br->table.record_top)
		br->hand = 1;
	return br->hand;
}

/* Forgets a few stations that have been silent for too long at now. */
static void
bridge_sweep(struct ether_bridge *br, int64_t now)
{
	int64_t timeout = bridge_timeout_ns(br);

	for (int i = 0; i < SWEEP_LOOKS && br->table.count > 0; i++) {
		uint32_t n = bridge_turn(br);
		const struct station *s = station_at(br, n);

		if (s->key.kind != 0 && now - s->stamp_ns >= timeout)
			station_forget(br, n);
	}
}

/* Forgets the station silent for longest, of some. */
static void
bridge_evict(struct ether_bridge *br)
{
	uint32_t oldest = 0;

	for (int i = 0; i < EVICT_LOOKS && br->table.count > 0; i++) {
		uint32_t n = bridge_turn(br);
		const struct station *s = station_at(br, n);

		if (s->key.kind != 0 &&
		    (oldest == 0 ||
		        s->stamp_ns < station_at(br, oldest)->stamp_ns))
			oldest = n;
	}
	if (oldest != 0)
		station_forget(br, oldest);
}

static uint32_t
bridge_new(struct ether_bridge *br, const struct flow_key *key)
{
	uint32_t n = flowtable_new(&br->table);

	if (n == 0)
		return 0;
	station_at(br, n)->key = *key;
	if (flowtable_insert(&br->table, n, 0) != 0) {
		flowtable_delete(&br->table, n);
		return 0;
	}
	return n;
}

/* Learns that the sender of a frame is behind port. */
static void
bridge_learn(struct ether_bridge *br, const struct flow_probe *src,
    uint32_t port, int64_t now)
{
	uint32_t n = flow_ref_record(flowtable_probe_find(&br->table, src));
	struct station *s;

	if (unlikely(n == 0)) {
		bridge_sweep(br, now);
		if (br->table.count >= br->capacity)
			bridge_evict(br);
		n = bridge_new(br, &src->key);
		if (n == 0) { /* no memory: that of another one */
			bridge_evict(br);
			n = bridge_new(br, &src->key);
		}
		if (n == 0)
			return; /* its frames will be flooded */
	}
	s = station_at(br, n);
	s->port = port;
	s->stamp_ns = now;
}

/* The output for a frame, BRIDGE_FLOOD, or PACKET_DROP for its own side. */
static int
bridge_find(struct ether_bridge *br, const struct flow_probe *dst,
    uint32_t source, int64_t now)
{
	uint32_t n = flow_ref_record(flowtable_probe_find(&br->table, dst));
	const struct station *s;

	if (n == 0)
		return BRIDGE_FLOOD;
	s = station_at(br, n);
	if (now - s->stamp_ns >= bridge_timeout_ns(br)) {
		station_forget(br, n);
		return BRIDGE_FLOOD;
	}
	return s->port == source ? PACKET_DROP : (int)s->port;
}

/* ---- where frames go ---- */

static bool
bridge_group(const uint8_t mac[static 6])
{
	return (mac[0] & 1) != 0;
}

/* At most BRIDGE_CHUNK frames; the bridge is locked. */
static void
bridge_route_chunk(struct ether_bridge *br, struct thread *t,
    struct packet *const *p, uint32_t n, uint32_t source, int16_t *ports)
{
	struct flow_probe *src = scratch_alloc(t, n * sizeof(*src));
	struct flow_probe *dst = scratch_alloc(t, n * sizeof(*dst));

	for (uint32_t i = 0; i < n; i++) {
		const struct ether *h = (const struct ether *)p[i]->data;

		src[i].key = station_key(h->src);
		dst[i].key = station_key(h->dst);
		flowtable_probe(&br->table, &src[i]);
		flowtable_probe(&br->table, &dst[i]);
	}
	for (uint32_t i = 0; i < n; i++) {
		flowtable_probe_record(&br->table, &src[i]);
		flowtable_probe_record(&br->table, &dst[i]);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct ether *h = (const struct ether *)p[i]->data;
		int64_t now = p[i]->timestamp_ns;

		if (now == 0)
			now = t->epoch_ns + thread_recent_ns(t);
		if (!bridge_group(h->src))
			bridge_learn(br, &src[i], source, now);
		ports[i] = BRIDGE_FLOOD;
		if (!bridge_group(h->dst))
			ports[i] =
			    (int16_t)bridge_find(br, &dst[i], source, now);
	}
}

static void
bridge_route(struct ether_bridge *br, const struct batch *b, uint32_t source,
    int16_t *ports)
{
	struct thread *t = b->thread;

	if (br->timeout_s == 0) {
		for (uint32_t i = 0; i < b->count; i++)
			ports[i] = BRIDGE_FLOOD;
		return;
	}
	thread_lock(t, &br->lock);
	for (uint32_t i = 0; i < b->count; i += BRIDGE_CHUNK) {
		struct scratch_mark m = scratch_mark(t);
		uint32_t n = b->count - i;

		bridge_route_chunk(br, t, b->packet + i,
		    n < BRIDGE_CHUNK ? n : BRIDGE_CHUNK, source, ports + i);
		scratch_release(t, m);
	}
	thread_unlock(t, &br->lock);
}

/* ---- sending ---- */

struct bridge_way {
	uint32_t source;
	int listener; /* the output that gets all, or -1 */
};

static bool
bridge_wants(const struct bridge_way *w, int dest, int port)
{
	return port == w->listener || port == dest ||
	       (dest == BRIDGE_FLOOD && port != (int)w->source);
}

/* The last output that a frame goes to, in falling order; -1: to none. */
static int
bridge_last(const struct bridge_way *w, int dest)
{
	if (dest == BRIDGE_FLOOD)
		return w->source == 0;
	return dest >= 0 ? dest : w->listener;
}

/* Sends frames of which some go to several outputs, the highest first. */
static NOINLINE void
bridge_copy(struct element *e, struct batch *b, const struct bridge_way *w,
    const int16_t *ports)
{
	struct batch *out = batch_new(b->thread, b->count);

	for (int port = e->nout - 1; port >= 0; port--) {
		batch_reset(out);
		for (uint32_t i = 0; i < b->count; i++) {
			struct packet *p = b->packet[i];

			if (p == NULL || !bridge_wants(w, ports[i], port))
				continue;
			if (bridge_last(w, ports[i]) == port)
				b->packet[i] = NULL;
			else
				p = packet_clone(b->thread, p);
			if (p != NULL)
				batch_add(out, p);
		}
		if (out->count > 0)
			output_push(e, (unsigned int)port, out);
	}
	for (uint32_t i = 0; i < b->count; i++)
		if (b->packet[i] != NULL)
			packet_kill(b->thread, b->packet[i]);
}

/* Kills frames that are none. */
static void
bridge_check(struct ether_bridge *br, struct batch *b)
{
	uint32_t kept = 0, n = b->count;

	for (uint32_t i = 0; i < n; i++) {
		if (likely(b->packet[i]->length >= sizeof(struct ether)))
			b->packet[kept++] = b->packet[i];
		else
			packet_kill(b->thread, b->packet[i]);
	}
	b->count = kept;
	if (kept < n)
		counter_add(&br->drops, b->thread, n - kept);
}

void
ether_bridge_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ether_bridge *br = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	struct bridge_way way = { port, e->nout > e->nin ? e->nout - 1 : -1 };
	bool copies = way.listener >= 0, same = true;

	bridge_check(br, b);
	bridge_route(br, b, port, ports);
	for (uint32_t i = 0; i < b->count; i++) {
		copies |= ports[i] == BRIDGE_FLOOD;
		same &= ports[i] == ports[0];
	}
	if (unlikely(b->count == 0 || load_relaxed(&br->learn_only[port])))
		batch_kill(b);
	else if (copies)
		bridge_copy(e, b, &way, ports);
	else if (likely(same && ports[0] >= 0))
		output_push(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

/* ---- the rest ---- */

int
ether_bridge_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ether_bridge *br = element_state(e);
	struct args a;

	br->timeout_s = 300;
	br->capacity = 16384;
	args_init(&a, conf, e, errh);
	args_seconds(&a, "TIMEOUT", 0, &br->timeout_s);
	args_u32(&a, "CAPACITY", 0, &br->capacity);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (br->capacity == 0)
		return errh_error(errh, "CAPACITY must be positive");
	flowtable_init(&br->table, sizeof(struct station), 1);
	br->learn_only = calloc((size_t)e->nin + 1, sizeof(bool));
	if (br->learn_only == NULL)
		return errh_error(errh, "out of memory");
	return 0;
}

void
ether_bridge_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ether_bridge *br = element_state(e);

	(void)stage;
	flowtable_fini(&br->table);
	free(br->learn_only);
	br->learn_only = NULL;
}

void *
ether_bridge_cast(struct element *e, const char *name, int port)
{
	(void)port;
	if (strcmp(name, "ether_bridge") == 0)
		return element_state(e);
	return strcmp(name, "EtherSwitch") == 0 ? e : NULL;
}

static int
ether_bridge_table(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct ether_bridge *br = element_state(e);

	(void)user;
	for (uint32_t n = 0; (n = flowtable_next(&br->table, n + 1)) != 0;) {
		const struct station *s = station_at(br, n);

		sb_ether(call->out, (const uint8_t *)&s->key);
		sb_printf(call->out, " %u\n", s->port);
	}
	return 0;
}

static int
ether_bridge_write_timeout(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ether_bridge *br = element_state(e);
	bool overflow = false;
	int64_t s;

	(void)user;
	if (!conf_seconds(call->text, 0, &s, &overflow) || s < 0)
		return errh_error(call->errh, "expected timeout (integer)");
	br->timeout_s = overflow || s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
	return 0;
}

void
ether_bridge_add_handlers(struct element *e)
{
	struct ether_bridge *br = element_state(e);

	handler_add_read(e, "table", ether_bridge_table, 0, HANDLER_EXPENSIVE);
	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &br->table.count);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &br->drops);
	handler_add_data(e, "timeout", HANDLER_READ, DATA_U32, &br->timeout_s);
	handler_add_write(e, "timeout", ether_bridge_write_timeout, 0, 0);
}

/* ---- to and from another process ---- */

struct bridge_station {
	uint8_t mac[6];
	uint32_t port;
	int64_t heard_ns; /* by the thread's clock; stamps are wall time */
};

static const struct state_field station_fields[] = {
	STATE_RAW(struct bridge_station, mac),
	STATE_RAW(struct bridge_station, port),
	STATE_AGE_NS(struct bridge_station, heard_ns),
};

static const void *
bridge_next_station(const struct state_call *c, uint64_t *at, void *room)
{
	const struct ether_bridge *br = element_state(c->e);
	struct bridge_station *saved = room;
	uint32_t n = flowtable_next_at(&br->table, at);
	const struct station *s;

	if (n == 0)
		return NULL;
	s = station_at(br, n);
	memcpy(saved->mac, &s->key, 6);
	saved->port = s->port;
	saved->heard_ns = s->stamp_ns - c->thread->epoch_ns;
	return saved;
}

static int
bridge_take_station(const struct state_call *c, const void *what)
{
	struct ether_bridge *br = element_state(c->e);
	const struct bridge_station *saved = what;
	struct flow_probe probe = { .key = station_key(saved->mac) };

	if (saved->port >= c->e->nin || saved->port >= c->e->nout)
		return state_refuse_item(
		    c, "it is behind a port that is not there");
	flowtable_probe(&br->table, &probe);
	flowtable_probe_record(&br->table, &probe);
	bridge_learn(
	    br, &probe, saved->port, saved->heard_ns + c->thread->epoch_ns);
	return 0;
}

static const struct state_item bridge_items[] = {
	{ .what = "station",
	    STATE_FIELDS(station_fields),
	    .size = sizeof(struct bridge_station),
	    .next = bridge_next_station,
	    .take = bridge_take_station },
};

const struct state_class ether_bridge_state = { 1, STATE_ITEMS(bridge_items) };
