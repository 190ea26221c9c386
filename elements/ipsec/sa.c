/* SPDX-License-Identifier: BSD-3-Clause */
/* sa.c -- see sa.h.  Not an element. */
#include "elements/ipsec/sa.h"

#include <stdlib.h>

#include "click/conf.h"
#include "click/router.h"

static const char SA_TABLE[] = "IPsec associations";

struct sa_table *
sa_table_get(struct element *e)
{
	struct sa_table *table = router_attachment(e->router, SA_TABLE);

	if (table == NULL) {
		table = calloc(1, sizeof(*table));
		if (table == NULL)
			return NULL;
		flowtable_init(&table->table, sizeof(struct sa), 1);
		if (router_set_attachment(e->router, SA_TABLE, table) != 0) {
			free(table);
			return NULL;
		}
	}
	table->users++;
	return table;
}

void
sa_table_put(struct element *e, struct sa_table *table)
{
	if (table == NULL || --table->users > 0)
		return;
	/* The place is there: this only empties it. */
	(void)router_set_attachment(e->router, SA_TABLE, NULL);
	flowtable_fini(&table->table);
	free(table);
}

static int
sa_read(struct element *e, const struct strs *words, struct sa_conf *c,
    struct errh *errh)
{
	struct str encrypt = { NULL, 0 }, auth = { NULL, 0 };
	unsigned int mand = ARG_POS | ARG_MAND;
	struct args a;
	int err;

	args_init(&a, words, e, errh);
	args_u32(&a, "SPI", mand, &c->spi);
	args_str(&a, "ENCRYPT_KEY", mand, &encrypt);
	args_str(&a, "AUTH_KEY", mand, &auth);
	args_u32(&a, "REPLAY", mand, &c->replay);
	args_u8(&a, "OOSIZE", mand, &c->window);
	err = args_complete(&a);
	if (err == 0 && (encrypt.n != SA_KEY || auth.n != SA_KEY))
		err = errh_error(errh, "keys must have %d bytes", (int)SA_KEY);
	else if (err == 0 && (c->spi == 0 || c->replay == 0))
		err = errh_error(errh, "SPI and REPLAY cannot be 0");
	else if (err == 0 && (c->window == 0 || c->window > SA_WINDOW_MAX))
		err = errh_error(
		    errh, "OOSIZE must be 1..%d", (int)SA_WINDOW_MAX);
	if (err == 0) {
		memcpy(c->encrypt, encrypt.s, SA_KEY);
		memcpy(c->auth, auth.s, SA_KEY);
	}
	str_free(&encrypt);
	str_free(&auth);
	return err;
}

int
sa_parse(
    struct element *e, struct str text, struct sa_conf *c, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = conf_split_space(text, &mem, &words);

	memset(c, 0, sizeof(*c));
	if (err == 0)
		err = sa_read(e, &words, c, errh);
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

int
sa_add(struct sa_table *table, const struct sa_conf *c)
{
	uint32_t number;
	struct sa *sa = sa_find(table, c->spi, &number);

	if (sa == NULL) {
		if (table->table.count >= SA_MAX)
			return ERR_NOMEM;
		number = flowtable_new(&table->table);
		if (number == 0)
			return ERR_NOMEM;
		sa = flowtable_record(&table->table, number);
		sa->key = (struct flow_key){ .src = c->spi, .kind = SA_KIND };
		if (flowtable_insert(&table->table, number, 0) != 0) {
			flowtable_delete(&table->table, number);
			return ERR_NOMEM;
		}
	}
	memcpy(sa->encrypt, c->encrypt, SA_KEY);
	memcpy(sa->auth, c->auth, SA_KEY);
	crypto_aes_key(&sa->aes, c->encrypt);
	crypto_des_key(&sa->des, c->encrypt);
	crypto_hmac_key(&sa->hmac, c->auth, SA_KEY);
	sa->window = c->window;
	sa->next = sa->last = c->replay;
	sa->seen = sa->replays = 0;
	return 0;
}

static bool
sa_same_keys(const struct sa *a, const struct sa *b)
{
	return memcmp(a->encrypt, b->encrypt, SA_KEY) == 0 &&
	       memcmp(a->auth, b->auth, SA_KEY) == 0;
}

void
sa_table_take(struct sa_table *table, const struct sa_table *old)
{
	for (uint32_t n = 0; (n = flowtable_next(&table->table, n + 1)) != 0;) {
		struct sa *sa = flowtable_record(&table->table, n);
		uint32_t number;
		const struct sa *was = sa_find(old, sa->key.src, &number);

		if (was == NULL || !sa_same_keys(sa, was))
			continue;
		sa->next = was->next;
		sa->last = was->last;
		sa->seen = was->seen;
		sa->replays = was->replays;
	}
}

bool
sa_remove(struct sa_table *table, uint32_t spi)
{
	uint32_t number;
	struct sa *sa = sa_find(table, spi, &number);

	if (sa == NULL)
		return false;
	(void)flowtable_remove(&table->table, number, 0); /* it is in it */
	memset(sa, 0, sizeof(*sa));
	flowtable_delete(&table->table, number);
	return true;
}

uint32_t
sa_next(struct sa *sa, const struct thread *t)
{
	uint32_t seq = 0;

	thread_lock(t, &sa->lock);
	if (sa->next <= UINT32_MAX)
		seq = (uint32_t)sa->next++;
	thread_unlock(t, &sa->lock);
	return seq;
}

/* Slides the window up to seq. */
static void
sa_advance(struct sa *sa, uint32_t seq)
{
	uint32_t by = seq - sa->last;

	sa->seen = by < SA_WINDOW_MAX ? sa->seen << by : 0;
	sa->seen |= 1;
	sa->last = seq;
}

bool
sa_check(struct sa *sa, const struct thread *t, uint32_t seq)
{
	bool good = false;
	uint32_t late;

	thread_lock(t, &sa->lock);
	late = sa->last - seq;
	if (seq > sa->last) {
		sa_advance(sa, seq);
		good = true;
	} else if (seq != 0 && late < sa->window &&
	           (sa->seen >> late & 1) == 0) {
		sa->seen |= (uint64_t)1 << late;
		good = true;
	} else
		sa->replays++;
	thread_unlock(t, &sa->lock);
	return good;
}
