/* SPDX-License-Identifier: BSD-3-Clause */
/* flowbook.c -- see flowbook.h. */
#include "elements/ip/flowbook.h"

#include "click/router.h"
#include "os/os.h"

enum { REAP_BUDGET = 256 };
static const int64_t REAP_NS = 1000000000, REAP_MORE_NS = 1000000;

/* ---- life ---- */

void
flowbook_init(struct flowbook *fb, uint32_t record_size,
    const struct flowbook_ops *ops, bool both)
{
	ASSERT(record_size >= sizeof(struct flowbook_flow));
	memset(fb, 0, sizeof(*fb));
	flowtable_init(&fb->table, record_size, 2);
	os_random(&fb->seed, sizeof(fb->seed));
	fb->ops = ops;
	fb->both = both;
}

static void
flowbook_timer(struct element *e, struct timer *timer, struct thread *t)
{
	struct flowbook *fb =
	    (struct flowbook *)(void *)((char *)timer -
	                                offsetof(struct flowbook, reaper));
	bool more;

	(void)e;
	thread_lock(t, &fb->lock);
	flowbook_enter(fb, t);
	more = flowbook_reap(fb, REAP_BUDGET);
	thread_unlock(t, &fb->lock);
	timer_schedule_after(timer, more ? REAP_MORE_NS : REAP_NS);
}

void
flowbook_start(struct flowbook *fb, struct element *e)
{
	fb->e = e;
	flowbook_enter(fb, e->thread);
	flow_wheel_init(&fb->wheel, &fb->table,
	    offsetof(struct flowbook_flow, link), 0, fb->now_ms);
	timer_init(&fb->reaper, e, flowbook_timer);
	timer_schedule_after(&fb->reaper, REAP_NS);
}

void
flowbook_fini(struct flowbook *fb)
{
	timer_fini(&fb->reaper);
	if (fb->ops != NULL)
		flowtable_fini(&fb->table);
}

void
flowbook_take(struct flowbook *to, struct flowbook *from, struct thread *t)
{
	uint32_t size = from->table.records.size;

	ASSERT(size == to->table.records.size && to->table.count == 0);
	flowtable_fini(&to->table);
	to->table = from->table;
	to->wheel = from->wheel;
	to->wheel.table = &to->table;
	to->seed = from->seed;
	to->evicted = from->evicted;
	to->refused = from->refused;
	flowtable_init(&from->table, size, 2);
	flow_wheel_init(&from->wheel, &from->table,
	    offsetof(struct flowbook_flow, link), 0, from->now_ms);
	flowbook_enter(to, t);
	flowbook_shrink(to);
}

/* ---- flows ---- */

bool
flowbook_same(
    const struct flowbook *fb, uint32_t ref, const struct five_tuple *id)
{
	const struct flowbook_flow *f =
	    flowbook_record(fb, flow_ref_record(ref));
	struct five_tuple reverse;

	if (flow_ref_which(ref) == 0)
		return five_tuple_equal(&f->id, id);
	five_tuple_reverse(&f->id, &reverse);
	return five_tuple_equal(&reverse, id);
}

uint32_t
flowbook_find(const struct flowbook *fb, const struct five_tuple *id)
{
	struct flow_key key;
	uint32_t ref;

	five_tuple_key(id, fb->seed, &key);
	ref = flowtable_find(&fb->table, &key);
	return ref != 0 && flowbook_same(fb, ref, id) ? ref : 0;
}

/* Enters both keys; one of them, when a flow is its own answer. */
static bool
flowbook_index(struct flowbook *fb, uint32_t record)
{
	struct flowbook_flow *f = flowbook_record(fb, record);
	struct five_tuple reverse;

	five_tuple_key(&f->id, fb->seed, &f->key[0]);
	/* Another IPv6 flow may have the same hash, in theory. */
	if (flowtable_find(&fb->table, &f->key[0]) != 0)
		return false;
	if (flowtable_insert(&fb->table, record, 0) != 0)
		return false;
	if (!fb->both)
		return true;
	five_tuple_reverse(&f->id, &reverse);
	five_tuple_key(&reverse, fb->seed, &f->key[1]);
	if (flow_key_equal(&f->key[0], &f->key[1]))
		return true;
	if (flowtable_find(&fb->table, &f->key[1]) == 0 &&
	    flowtable_insert(&fb->table, record, 1) == 0)
		return true;
	flowtable_remove(&fb->table, record, 0);
	return false;
}

static bool
flowbook_look(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	struct flowbook *fb = arg;
	const void *flow = flowbook_record(fb, record);

	*expiry_ms = fb->ops->expiry(fb, flow);
	return fb->ops->may_evict == NULL || fb->ops->may_evict(fb, flow);
}

/* Makes room for one; false: there is none to be had. */
static bool
flowbook_evict(struct flowbook *fb)
{
	uint32_t n;

	(void)flowbook_reap(fb, FLOW_PICK_STALE);
	if (fb->table.count < fb->capacity)
		return true;
	n = flow_wheel_pick(&fb->wheel, flowbook_look, fb);
	if (n == 0)
		return false;
	fb->evicted++;
	flowbook_end(fb, n, FLOW_EVICTED);
	return true;
}

uint32_t
flowbook_add(struct flowbook *fb, const struct five_tuple *id)
{
	struct flowbook_flow *f;
	uint32_t record = 0;

	if (fb->table.count < fb->capacity || flowbook_evict(fb))
		record = flowtable_new(&fb->table);
	if (record == 0) {
		fb->refused++;
		return 0;
	}
	f = flowbook_record(fb, record);
	f->id = *id;
	f->last_ms = fb->now_ms;
	if (!flowbook_index(fb, record)) {
		flowtable_delete(&fb->table, record);
		fb->refused++;
		return 0;
	}
	return record;
}

void
flowbook_touch(struct flowbook *fb, uint32_t record)
{
	const struct flowbook_flow *f = flowbook_record(fb, record);
	uint32_t expiry_ms = fb->ops->expiry(fb, f);

	if (f->link.slot == 0)
		flow_wheel_add(&fb->wheel, record, expiry_ms);
	else
		(void)flow_wheel_move(&fb->wheel, record, expiry_ms);
}

void
flowbook_end(struct flowbook *fb, uint32_t record, enum flowbook_end why)
{
	struct flowbook_flow *f = flowbook_record(fb, record);

	if (fb->ops->end != NULL)
		fb->ops->end(fb, f, why);
	if (f->link.slot != 0)
		flow_wheel_remove(&fb->wheel, record);
	flowtable_remove(&fb->table, record, 0);
	if (fb->both && !flow_key_equal(&f->key[0], &f->key[1]))
		flowtable_remove(&fb->table, record, 1);
	flowtable_delete(&fb->table, record);
}

bool
flowbook_reap(struct flowbook *fb, unsigned int budget)
{
	uint32_t n;

	for (; budget > 0; budget--) {
		uint32_t expiry_ms;

		n = flow_wheel_due(&fb->wheel, fb->now_ms);
		if (n == 0)
			return false;
		expiry_ms = fb->ops->expiry(fb, flowbook_record(fb, n));
		if ((int32_t)(expiry_ms - fb->now_ms) > 0)
			(void)flow_wheel_move(&fb->wheel, n, expiry_ms);
		else
			flowbook_end(fb, n, FLOW_IDLE);
	}
	return true;
}

void
flowbook_flush(struct flowbook *fb)
{
	uint32_t n = 0;

	while ((n = flowtable_next(&fb->table, n + 1)) != 0)
		flowbook_end(fb, n, FLOW_FLUSHED);
}

void
flowbook_shrink(struct flowbook *fb)
{
	uint32_t n = 0;

	while (fb->table.count > fb->capacity && flowbook_evict(fb))
		;
	while (fb->table.count > fb->capacity &&
	       (n = flowtable_next(&fb->table, n + 1)) != 0)
		flowbook_end(fb, n, FLOW_EVICTED);
}

/* ---- handlers ---- */

static int
flowbook_read_memory(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct flowbook *fb = (const struct flowbook *)user;

	(void)e;
	sb_u64(call->out, flowtable_bytes(&fb->table));
	return 0;
}

static int
flowbook_write_capacity(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct flowbook *fb = (struct flowbook *)user;
	uint32_t capacity;

	if (!arg_parse(&arg_type_u32, call->text, &capacity, e,
	        &e->router->graph.mem, call->errh))
		return ERR_INVAL;
	if (capacity > FLOW_RECORDS_MAX)
		return errh_error(
		    call->errh, "must be %d at most", FLOW_RECORDS_MAX);
	fb->capacity = capacity;
	flowbook_enter(fb, call->thread);
	flowbook_shrink(fb);
	return 0;
}

static int
flowbook_write_flush(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct flowbook *fb = (struct flowbook *)user;

	(void)e;
	flowbook_enter(fb, call->thread);
	flowbook_flush(fb);
	return 0;
}

void
flowbook_add_handlers(struct element *e, struct flowbook *fb)
{
	uintptr_t user = (uintptr_t)fb;

	handler_add_data(e, "flows", HANDLER_READ, DATA_U32, &fb->table.count);
	handler_add_data(e, "capacity", HANDLER_READ, DATA_U32, &fb->capacity);
	handler_add_write(e, "capacity", flowbook_write_capacity, user, 0);
	handler_add_data(e, "evicted", HANDLER_READ, DATA_U64, &fb->evicted);
	handler_add_data(e, "refused", HANDLER_READ, DATA_U64, &fb->refused);
	handler_add_read(e, "memory", flowbook_read_memory, user, 0);
	handler_add_write(
	    e, "flush", flowbook_write_flush, user, HANDLER_BUTTON);
}
