/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sa_state.c -- security associations to another process, with their keys: some
 * were inserted while the router ran, and of those of the configuration some
 * were removed.  No number is sent twice, and no packet comes in twice: where
 * each of them is goes along.  Not an element.
 */
#include "elements/ipsec/sa.h"

const struct state_field sa_told_fields[SA_TOLD_FIELDS] = {
	STATE_RAW(struct sa_told, spi),
	STATE_RAW(struct sa_told, encrypt),
	STATE_RAW(struct sa_told, auth),
	STATE_UP_TO(struct sa_told, window, SA_WINDOW_MAX),
	STATE_RAW(struct sa_told, next),
	STATE_RAW(struct sa_told, last),
	STATE_RAW(struct sa_told, seen),
	STATE_RAW(struct sa_told, replays),
};

void
sa_table_tell(struct sa_table *table, const struct element *e)
{
	if (table->teller == NULL)
		table->teller = e;
}

static struct sa_table *
sa_table_of(const struct state_call *c)
{
	const char *state = element_state(c->e);
	struct sa_table *table;

	memcpy(&table, state + c->item->where, sizeof(table));
	return table;
}

/* Once, before them, from whoever tells them. */
const void *
sa_next_table(const struct state_call *c, uint64_t *at, void *room)
{
	return *at == 0 && sa_table_of(c)->teller == c->e ? room : NULL;
}

/* Those of the configuration may have been removed, or had other keys. */
int
sa_take_table(const struct state_call *c, const void *what)
{
	struct sa_table *table = sa_table_of(c);

	(void)what;
	for (uint32_t n; (n = flowtable_next(&table->table, 1)) != 0;) {
		const struct sa *sa = flowtable_record(&table->table, n);

		(void)sa_remove(table, sa->key.src); /* it is there */
	}
	return 0;
}

const void *
sa_next_one(const struct state_call *c, uint64_t *at, void *room)
{
	const struct sa_table *table = sa_table_of(c);
	struct sa_told *told = room;
	const struct sa *sa;
	uint32_t n;

	if (table->teller != c->e)
		return NULL;
	n = flowtable_next_at(&table->table, at);
	if (n == 0)
		return NULL;
	sa = flowtable_record(&table->table, n);
	*told = (struct sa_told){ .spi = sa->key.src,
		.window = (uint8_t)sa->window,
		.next = sa->next,
		.last = sa->last,
		.seen = sa->seen,
		.replays = sa->replays };
	memcpy(told->encrypt, sa->encrypt, SA_KEY);
	memcpy(told->auth, sa->auth, SA_KEY);
	return told;
}

int
sa_take_one(const struct state_call *c, const void *what)
{
	struct sa_table *table = sa_table_of(c);
	const struct sa_told *told = what;
	struct sa_conf conf = { .spi = told->spi, .window = told->window };
	uint32_t number;
	struct sa *sa;

	if (told->spi == 0 || told->window == 0 || told->next == 0)
		return state_refuse_item(c, "that is none");
	if (sa_find(table, told->spi, &number) != NULL)
		return state_refuse_item(c, "the same comes twice");
	memcpy(conf.encrypt, told->encrypt, SA_KEY);
	memcpy(conf.auth, told->auth, SA_KEY);
	if (sa_add(table, &conf) != 0)
		return ERR_NOMEM;
	sa = sa_find(table, told->spi, &number);
	sa->next = told->next;
	sa->last = told->last;
	sa->seen = told->seen;
	sa->replays = told->replays;
	return 0;
}
