/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sa.h -- security associations (RFC 4301, 4.1): the keys of a tunnel, and
 * which packets of it have been sent and seen.  Not an element.
 *
 * A router has one table, found by whoever needs it, of which all elements of
 * ipsec/ are users.  A packet's association is in its IPSEC_SA annotation: SPI
 * and place in the table, so that one that was removed is not mistaken for the
 * one that took its place.
 */
#ifndef ELEMENTS_IPSEC_SA_H
#define ELEMENTS_IPSEC_SA_H

#include "click/anno.h"
#include "click/element.h"
#include "click/state.h"
#include "elements/ip/flowtable.h"
#include "elements/ipsec/crypto.h"

enum { SA_KEY = 16, SA_WINDOW_MAX = 64, SA_KIND = 1, SA_MAX = 65536 };

struct sa {
	struct flow_key key; /* src: the SPI, host order */
	uint8_t encrypt[SA_KEY], auth[SA_KEY];
	struct crypto_aes aes;
	struct crypto_des des;
	struct crypto_hmac hmac;
	struct spinlock lock; /* of what follows */
	uint32_t window;      /* how late a packet may come, 1..64 */
	uint64_t next;        /* sequence number to send */
	uint32_t last;        /* highest seen */
	uint32_t pad;
	uint64_t seen; /* bit i: last - i has been seen */
	uint64_t replays;
};

struct sa_table {
	struct flowtable table;
	uint32_t users;
	const struct element *teller; /* who tells it to another process */
};

/* How a "SPI KEY KEY REPLAY OOSIZE" is written in configurations. */
struct sa_conf {
	uint32_t spi;    /* not 0 */
	uint32_t replay; /* first sequence number, not 0 */
	uint8_t window;
	uint8_t encrypt[SA_KEY], auth[SA_KEY];
};

/* The router's table for e, from configure; NULL: no memory.  In pairs. */
struct sa_table *sa_table_get(struct element *e);
/* From cleanup; table may be NULL. */
void sa_table_put(struct element *e, struct sa_table *table);

/* Reads words; 0, or a report and ERR_INVAL. */
int sa_parse(
    struct element *e, struct str text, struct sa_conf *c, struct errh *errh);
/* Adds or replaces; 0 or ERR_NOMEM. */
int sa_add(struct sa_table *table, const struct sa_conf *c);
/*
 * For a hot swap: associations that old has too, with the same keys, go on
 * where they are there, so that no number is sent twice.
 */
void sa_table_take(struct sa_table *table, const struct sa_table *old);
/*
 * What goes along to another process (sa_state.c), of an element whose state
 * has a struct sa_table * there: all associations, in place of those that the
 * configuration begins with.  sa_table_tell() in configure: the first who calls
 * it tells the table.
 */
#define SA_STATE_ITEMS(offset)                                                 \
	{ .what = "associations",                                              \
		.where = (offset),                                             \
		.next = sa_next_table,                                         \
		.take = sa_take_table },                                       \
	{                                                                      \
		.what = "association", .fields = sa_told_fields,               \
		.nfields = SA_TOLD_FIELDS, .size = sizeof(struct sa_told),     \
		.where = (offset), .next = sa_next_one, .take = sa_take_one    \
	}
struct sa_told {
	uint64_t next, seen, replays;
	uint32_t spi, last;
	uint8_t window, encrypt[SA_KEY], auth[SA_KEY];
};
enum { SA_TOLD_FIELDS = 8 };
extern const struct state_field sa_told_fields[SA_TOLD_FIELDS];
void sa_table_tell(struct sa_table *table, const struct element *e);
const void *sa_next_table(const struct state_call *c, uint64_t *at, void *room);
int sa_take_table(const struct state_call *c, const void *what);
const void *sa_next_one(const struct state_call *c, uint64_t *at, void *room);
int sa_take_one(const struct state_call *c, const void *what);
/* False: there is none. */
bool sa_remove(struct sa_table *table, uint32_t spi);

/* NULL: none. */
static inline struct sa *
sa_find(const struct sa_table *table, uint32_t spi, uint32_t *number)
{
	struct flow_key key = { .src = spi, .kind = SA_KIND };

	*number = flow_ref_record(flowtable_find(&table->table, &key));
	return *number == 0 ? NULL : flowtable_record(&table->table, *number);
}

static inline void
sa_annotate(struct packet *p, uint32_t spi, uint32_t number)
{
	anno_set_u64(p, ANNO_IPSEC_SA, (uint64_t)spi << 32 | number);
}

/* The association of a packet; NULL: none, or one that is gone. */
static inline struct sa *
sa_of(const struct sa_table *table, const struct packet *p)
{
	uint64_t anno = anno_u64(p, ANNO_IPSEC_SA);
	uint32_t number = (uint32_t)anno;
	struct sa *sa;

	if (number == 0 || number >= table->table.record_top)
		return NULL;
	sa = flowtable_record(&table->table, number);
	if (sa->key.kind != SA_KIND || sa->key.src != (uint32_t)(anno >> 32))
		return NULL;
	return sa;
}

/* A sequence number to send; 0: all are used, new keys are due (3.3.3). */
uint32_t sa_next(struct sa *sa, const struct thread *t);
/*
 * Whether a packet of that number has not been seen and is not too late; then
 * it counts as seen (RFC 4303, 3.4.3).
 */
bool sa_check(struct sa *sa, const struct thread *t, uint32_t seq);

#endif
