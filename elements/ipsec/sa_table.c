/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SATable() -- shows and changes the router's IPsec security associations
 *
 *   table     read: a line each: SPI, next sequence number to send, highest
 *             seen, width of the replay window, packets refused as replays
 *   count     read: how many there are
 *   insert    write: "SPI ENCRYPT_KEY AUTH_KEY REPLAY OOSIZE", as in routes of
 *             RadixIPsecLookup; replaces one of that SPI
 *   remove    write: an SPI
 *
 * There is one table a router, whether or not it is shown.
 *
 * After a hot swap associations of the new configuration go on where those with
 * the same SPI and keys were.  cosmos save and migrate take all along, those
 * inserted too, with their keys.
 *
 * Memory: about 910 bytes an association.
 *
 *     sas :: SATable;
 */
#include <inttypes.h>

#include "click/conf.h"
#include "elements/ipsec/sa.h"

struct sa_table_state {
	struct sa_table *table;
};

static int
sa_table_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct sa_table_state *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	s->table = sa_table_get(e);
	if (s->table == NULL)
		return errh_error(errh, "out of memory");
	sa_table_tell(s->table, e);
	return 0;
}

static void
sa_table_take_state(struct element *e, struct element *old, struct errh *errh)
{
	const struct sa_table_state *s = element_state(e);
	const struct sa_table_state *o = element_state(old);

	(void)errh;
	sa_table_take(s->table, o->table);
}

static void
sa_table_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct sa_table_state *s = element_state(e);

	(void)stage;
	sa_table_put(e, s->table);
	s->table = NULL;
}

static int
sa_table_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct sa_table_state *s = element_state(e);
	const struct flowtable *ft = &s->table->table;

	(void)user;
	for (uint32_t n = 0; (n = flowtable_next(ft, n + 1)) != 0;) {
		const struct sa *sa = flowtable_record(ft, n);

		sb_printf(call->out, "%u %" PRIu64 " %u %u %" PRIu64 "\n",
		    sa->key.src, sa->next, sa->last, sa->window, sa->replays);
	}
	return 0;
}

static int
sa_table_count(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct sa_table_state *s = element_state(e);

	(void)user;
	sb_printf(call->out, "%u", s->table->table.count);
	return 0;
}

static int
sa_table_insert(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct sa_table_state *s = element_state(e);
	struct sa_conf c;

	(void)user;
	if (sa_parse(e, call->text, &c, call->errh) != 0)
		return ERR_INVAL;
	if (sa_add(s->table, &c) != 0)
		return errh_error(call->errh, "out of memory");
	return 0;
}

static int
sa_table_remove(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct sa_table_state *s = element_state(e);
	bool overflow = false;
	uint64_t spi;

	(void)user;
	if (!conf_u64(call->text, 0, &spi, &overflow) || spi > UINT32_MAX)
		return errh_error(call->errh, "expected SPI");
	if (!sa_remove(s->table, (uint32_t)spi))
		return errh_error(call->errh, "no such association");
	return 0;
}

static void
sa_table_add_handlers(struct element *e)
{
	handler_add_read(e, "table", sa_table_read, 0, 0);
	handler_add_read(e, "count", sa_table_count, 0, HANDLER_CALM);
	handler_add_write(e, "insert", sa_table_insert, 0, HANDLER_RAW);
	handler_add_write(e, "remove", sa_table_remove, 0, 0);
}

static const struct state_item sa_table_items[] = { SA_STATE_ITEMS(
    offsetof(struct sa_table_state, table)) };
static const struct state_class sa_table_state = { 1,
	STATE_ITEMS(sa_table_items) };

const struct element_class element_sa_table = {
	.name = "SATable",
	.ports = "0/0",
	.state_size = sizeof(struct sa_table_state),
	.configure = sa_table_configure,
	.cleanup = sa_table_cleanup,
	.take_state = sa_table_take_state,
	.state = &sa_table_state,
	.add_handlers = sa_table_add_handlers,
};
