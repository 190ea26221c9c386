/* SPDX-License-Identifier: BSD-3-Clause */
/* ids_flow.c -- connections of the IDS element; see ids.h. */
#include <stdlib.h>

#include "elements/ids/ids.h"

enum {
	OPENING_MS = 30000, /* a flow that is not established */
	CLOSED_MS = 5000,   /* one whose ends have said good-bye */
	REAP_BATCH = 8,
	EVICT_MAX = 8, /* flows a packet */
};

void
ids_flows_init(struct ids *self)
{
	flowtable_init(&self->table, sizeof(struct ids_flow), 2);
}

static void
ids_side_fini(struct ids *self, struct ids_side *s)
{
	self->stream_bytes -= tcp_stream_bytes(&s->stream);
	if (s->pending != NULL)
		self->stream_bytes -=
		    rule_set_words(&self->set) * sizeof(*s->pending);
	free(s->pending);
	tcp_stream_fini(&s->stream);
	*s = (struct ids_side){ 0 };
}

void
ids_flows_fini(struct ids *self)
{
	for (uint32_t n = flowtable_next(&self->table, 1); n != 0;
	     n = flowtable_next(&self->table, n + 1)) {
		struct ids_flow *f = flowtable_record(&self->table, n);

		ids_side_fini(self, &f->side[0]);
		ids_side_fini(self, &f->side[1]);
	}
	flowtable_fini(&self->table);
}

uint64_t
ids_memory(const struct ids *self)
{
	return self->stream_bytes + flowtable_bytes(&self->table) +
	       self->fragments.allocated;
}

/* ---- their end ---- */

static uint32_t
ids_flow_expiry(const struct ids *self, const struct ids_flow *f)
{
	uint32_t ms = (f->state & IDS_CLOSED) != 0        ? CLOSED_MS
	              : (f->state & IDS_ESTABLISHED) == 0 ? OPENING_MS
	                                                  : self->timeout_ms;

	if (ms > self->timeout_ms)
		ms = self->timeout_ms;
	return f->last_ms + ms;
}

static void
ids_flow_end(struct ids *self, uint32_t record)
{
	struct ids_flow *f = flowtable_record(&self->table, record);

	flow_wheel_remove(&self->wheel, record);
	ids_side_fini(self, &f->side[0]);
	ids_side_fini(self, &f->side[1]);
	flowtable_remove(&self->table, record, 0);
	flowtable_remove(&self->table, record, 1);
	flowtable_delete(&self->table, record);
}

void
ids_flows_reap(struct ids *self, uint32_t now_ms)
{
	uint32_t n;

	for (int i = 0; i < REAP_BATCH && self->wheel_ready; i++) {
		n = flow_wheel_due(&self->wheel, now_ms);
		if (n == 0)
			return;
		uint32_t expiry =
		    ids_flow_expiry(self, flowtable_record(&self->table, n));
		if ((int32_t)(expiry - now_ms) > 0)
			flow_wheel_move(&self->wheel, n, expiry);
		else
			ids_flow_end(self, n);
	}
}

/* For flow_wheel_pick(): any flow but the one in use may go. */
struct ids_pick {
	const struct ids *self;
	uint32_t spared;
};

static bool
ids_flow_look(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	struct ids_pick *pick = arg;

	*expiry_ms = ids_flow_expiry(
	    pick->self, flowtable_record(&pick->self->table, record));
	return record != pick->spared;
}

/* Ends flows until there is room; false: there is none to be had. */
bool
ids_flows_make_room(struct ids *self, uint32_t spared, uint64_t bytes)
{
	struct ids_pick pick = { self, spared };

	for (int i = 0; i < EVICT_MAX; i++) {
		uint32_t n;

		if (self->table.count <= self->flows_max &&
		    ids_memory(self) + bytes <= self->memory_max)
			return true;
		n = flow_wheel_pick(&self->wheel, ids_flow_look, &pick);
		if (n == 0)
			return false;
		ids_flow_end(self, n);
		self->count[IDS_EVICTED]++;
	}
	return self->table.count <= self->flows_max &&
	       ids_memory(self) + bytes <= self->memory_max;
}

/* ---- their beginning ---- */

static struct ids_flow *
ids_flow_new(struct ids *self, const struct flow_key *key, uint32_t now_ms,
    uint32_t *record)
{
	struct flow_key reply = { .src = key->dst,
		.dst = key->src,
		.sport = key->dport,
		.dport = key->sport,
		.kind = key->kind };
	struct ids_flow *f;
	uint32_t n;

	/* An end that talks to itself has no directions. */
	if (flow_key_equal(key, &reply))
		return NULL;
	if (!self->wheel_ready) {
		flow_wheel_init(&self->wheel, &self->table,
		    offsetof(struct ids_flow, link), 0, now_ms);
		self->wheel_ready = true;
	}
	n = flowtable_new(&self->table);
	if (n == 0)
		return NULL;
	f = flowtable_record(&self->table, n);
	f->key[0] = *key;
	f->key[1] = reply;
	f->last_ms = now_ms;
	if (flowtable_insert(&self->table, n, 0) != 0) {
		flowtable_delete(&self->table, n);
		return NULL;
	}
	if (flowtable_insert(&self->table, n, 1) != 0) {
		flowtable_remove(&self->table, n, 0);
		flowtable_delete(&self->table, n);
		return NULL;
	}
	flow_wheel_add(&self->wheel, n, ids_flow_expiry(self, f));
	*record = n;
	return f;
}

void
ids_flow_find(struct ids *self, struct ids_packet *pk, const void *ports)
{
	struct flow_key key;
	uint32_t ref;

	flow_key_set(&key, pk->view.ip->src, ports, pk->view.ip->proto);
	ref = flowtable_find(&self->table, &key);
	if (ref != 0) {
		pk->record = flow_ref_record(ref);
		pk->which = flow_ref_which(ref);
		pk->flow = flowtable_record(&self->table, pk->record);
	} else {
		pk->which = 0;
		pk->flow = ids_flow_new(self, &key, pk->now_ms, &pk->record);
		if (pk->flow != NULL &&
		    !ids_flows_make_room(self, pk->record, 0)) {
			ids_flow_end(self, pk->record);
			pk->flow = NULL;
		}
		if (pk->flow == NULL)
			self->count[IDS_UNTRACKED]++;
	}
	if (pk->flow != NULL)
		pk->flow->last_ms = pk->now_ms;
}

uint8_t
ids_flow_bits(const struct ids_packet *pk)
{
	const struct ids_flow *f = pk->flow;

	if (f == NULL)
		return 0;
	return (uint8_t)((pk->which == f->client ? SNORT_TO_SERVER
	                                         : SNORT_TO_CLIENT) |
	                 ((f->state & IDS_ESTABLISHED) != 0 ? SNORT_ESTABLISHED
	                                                    : 0));
}

void
ids_flow_state(struct ids *self, struct ids_packet *pk, uint8_t bits)
{
	pk->flow->state |= bits;
	/* It may expire sooner now. */
	flow_wheel_move(
	    &self->wheel, pk->record, ids_flow_expiry(self, pk->flow));
}

void
ids_flow_clear(struct ids *self, struct ids_flow *f)
{
	ids_side_fini(self, &f->side[0]);
	ids_side_fini(self, &f->side[1]);
	f->state = 0;
}

void
ids_flow_block(struct ids *self, struct ids_packet *pk)
{
	if (pk->flow == NULL)
		return;
	ids_side_fini(self, &pk->flow->side[0]);
	ids_side_fini(self, &pk->flow->side[1]);
	pk->flow->state |= IDS_BLOCKED;
}
