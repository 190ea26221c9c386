/* SPDX-License-Identifier: BSD-3-Clause */
/* switch.c -- a switch: its function and the table of its slots. */
#include <stdlib.h>

#include "vale/internal.h"

struct vale_switch *
switch_find(const struct vale *v, struct str name)
{
	for (struct vale_switch *sw = v->switches; sw != NULL; sw = sw->next)
		if (str_is(name, sw->name))
			return sw;
	return NULL;
}

struct vale_slot *
switch_slot(const struct vale_switch *sw, struct str name)
{
	for (uint32_t i = 0; i < sw->table->n; i++)
		if (sw->table->slot[i] != NULL &&
		    str_is(name, sw->table->slot[i]->name))
			return sw->table->slot[i];
	return NULL;
}

static int
switch_find_port(void *arg, struct str name)
{
	const struct vale_slot *s = switch_slot(arg, name);

	return s == NULL ? -1 : (int)s->number;
}

/* ---- forwarding function ---- */

/* A state of the function that text names, e.g. "chain a b". */
static int
switch_open_function(struct vale_switch *sw, struct str text,
    struct vale_forward_state **out, struct diag *why)
{
	struct strbuf names = STRBUF_INIT;
	struct str name = str_word(&text);
	const struct vale_forward *f = vale_forward_find(name, &names);
	struct vale_forward_state *state;
	int err = 0;

	if (f == NULL)
		err = diag(why, ERR_NOTFOUND,
		    "'%.*s': no such forwarding function; there are%s",
		    STR_ARG(name), sb_cstr(&names));
	sb_fini(&names);
	if (err != 0)
		return err;
	state = aligned_alloc(
	    CACHE_LINE, (f->size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1));
	if (state == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	memset(state, 0, f->size);
	state->forward = f;
	state->find = switch_find_port;
	state->find_arg = sw;
	err = f->open(state, str_trim(text), why);
	if (err != 0)
		free(state);
	else
		*out = state;
	return err;
}

static void
switch_close_function(struct vale_forward_state *state)
{
	if (state == NULL)
		return;
	if (state->forward->close != NULL)
		state->forward->close(state);
	free(state);
}

static void
switch_tell(const struct vale_switch *sw, uint32_t number, bool there)
{
	if (sw->forward->forward->port_change != NULL)
		sw->forward->forward->port_change(sw->forward, number, there);
}

int
vale_switch_function(
    struct vale *v, struct str name, struct str function, struct diag *why)
{
	struct vale_switch *sw = switch_find(v, name);
	struct vale_forward_state *new, *old;
	int err;

	if (sw == NULL)
		return diag(
		    why, ERR_NOTFOUND, "%.*s: no such switch", STR_ARG(name));
	err = switch_open_function(sw, function, &new, why);
	if (err != 0)
		return err;
	old = sw->forward;
	store_release(&sw->forward, new);
	for (uint32_t i = 0; i < sw->table->n; i++)
		if (sw->table->slot[i] != NULL)
			switch_tell(sw, i, true);
	vale_sync(v);
	switch_close_function(old);
	return 0;
}

/* ---- life ---- */

/* Names are words of [A-Za-z0-9._-], for they stand in texts and JSON. */
int
switch_check_name(const char *what, struct str name, struct diag *why)
{
	bool good = name.n > 0 && name.n < VALE_NAME_MAX;

	for (size_t i = 0; i < name.n; i++)
		good &= char_alnum(name.s[i]) || strchr("._-", name.s[i]);
	return good ? 0
	            : diag(why, ERR_INVAL,
	                  "'%.*s': the name of a %s has 1 to %d of A-Z a-z 0-9 "
	                  ". _ -",
	                  STR_ARG(name), what, VALE_NAME_MAX - 1);
}

int
vale_switch_add(
    struct vale *v, struct str name, struct str function, struct diag *why)
{
	struct vale_switch *sw;
	int err = switch_check_name("switch", name, why);

	if (err != 0)
		return err;
	if (switch_find(v, name) != NULL)
		return diag(
		    why, ERR_EXIST, "%.*s: exists already", STR_ARG(name));
	sw = calloc(1, sizeof(*sw));
	if (sw != NULL)
		sw->table = calloc(1, sizeof(*sw->table));
	if (sw == NULL || sw->table == NULL) {
		free(sw);
		return diag(why, ERR_NOMEM, "out of memory");
	}
	sw->vale = v;
	(void)str_copy(name, sw->name, sizeof(sw->name)); /* it fits */
	err = switch_open_function(sw, function, &sw->forward, why);
	if (err != 0) {
		free(sw->table);
		free(sw);
		return err;
	}
	sw->next = v->switches;
	v->switches = sw;
	return 0;
}

void
switch_free(struct vale_switch *sw)
{
	struct vale_switch **link = &sw->vale->switches;

	for (uint32_t i = 0; i < sw->table->n; i++)
		if (sw->table->slot[i] != NULL)
			vale_port_detach(sw->table->slot[i]->port);
	while (*link != sw)
		link = &(*link)->next;
	*link = sw->next;
	switch_close_function(sw->forward);
	free(sw->table);
	free(sw);
}

int
vale_switch_remove(struct vale *v, struct str name, struct diag *why)
{
	struct vale_switch *sw = switch_find(v, name);

	if (sw == NULL)
		return diag(
		    why, ERR_NOTFOUND, "%.*s: no such switch", STR_ARG(name));
	switch_free(sw);
	return 0;
}

/* ---- slots ---- */

/* The lowest number that is free; may be the table's end. */
static uint32_t
table_free_number(const struct vale_table *t)
{
	uint32_t i = 0;

	while (i < t->n && t->slot[i] != NULL)
		i++;
	return i;
}

static struct vale_table *
table_grow(const struct vale_table *old, uint32_t n)
{
	struct vale_table *t = calloc(1, sizeof(*t) + n * sizeof(t->slot[0]));

	if (t == NULL)
		return NULL;
	memcpy(t->slot, old->slot, old->n * sizeof(t->slot[0]));
	t->n = n;
	return t;
}

int
switch_add_slot(struct vale_switch *sw, struct vale_slot *s)
{
	struct vale_table *old = sw->table, *new;

	s->number = table_free_number(old);
	if (s->number == VALE_PORTS_MAX)
		return ERR_NOMEM;
	if (s->number < old->n) {
		store_release(&old->slot[s->number], s);
	} else {
		new = table_grow(old, old->n == 0 ? 8 : 2 * old->n);
		if (new == NULL)
			return ERR_NOMEM;
		new->slot[s->number] = s;
		store_release(&sw->table, new);
		vale_sync(sw->vale);
		free(old);
	}
	switch_tell(sw, s->number, true);
	switch_find_mirrors(sw);
	return 0;
}

void
switch_remove_slot(struct vale_switch *sw, struct vale_slot *s)
{
	struct vale_table *t = sw->table;
	struct vale_counts c;

	store_release(&t->slot[s->number], (struct vale_slot *)NULL);
	for (uint32_t i = 0; i < t->n; i++)
		if (t->slot[i] != NULL && t->slot[i]->mirror == s)
			store_release(
			    &t->slot[i]->mirror, (struct vale_slot *)NULL);
	vale_sync(sw->vale);
	/* No worker meets s in the tables any more, nor makes it its guess. */
	for (uint32_t i = 0; i < t->n; i++)
		if (t->slot[i] != NULL && load_relaxed(&t->slot[i]->guess) == s)
			store_relaxed(
			    &t->slot[i]->guess, (struct vale_slot *)NULL);
	vale_sync(sw->vale);
	switch_tell(sw, s->number, false);
	slot_counts(s, &c);
	counts_add(&sw->gone, &c);
}

void
switch_find_mirrors(struct vale_switch *sw)
{
	for (uint32_t i = 0; i < sw->table->n; i++) {
		struct vale_slot *s = sw->table->slot[i];

		if (s != NULL)
			store_release(&s->mirror,
			    switch_slot(sw, str_of(s->set->mirror)));
	}
}

/* ---- counters ---- */

static void
count_read(struct vale_count *to, const struct vale_count *from)
{
	to->frames += load_relaxed(&from->frames);
	to->bytes += load_relaxed(&from->bytes);
	to->copies += load_relaxed(&from->copies);
	for (int i = 0; i < DROP_REASONS; i++)
		to->drops[i] += load_relaxed(&from->drops[i]);
}

void
counts_add(struct vale_counts *to, const struct vale_counts *from)
{
	count_read(&to->rx, &from->rx);
	count_read(&to->tx, &from->tx);
}

void
slot_counts(const struct vale_slot *s, struct vale_counts *c)
{
	memset(c, 0, sizeof(*c));
	count_read(&c->rx, &s->rx);
	count_read(&c->tx, &s->tx);
}

void
vale_port_counts(const struct vale_port *p, struct vale_counts *c)
{
	slot_counts(p->slot, c);
}

int
vale_switch_counts(
    struct vale *v, struct str name, struct vale_counts *c, struct diag *why)
{
	struct vale_switch *sw = switch_find(v, name);

	if (sw == NULL)
		return diag(
		    why, ERR_NOTFOUND, "%.*s: no such switch", STR_ARG(name));
	*c = sw->gone;
	for (uint32_t i = 0; i < sw->table->n; i++) {
		struct vale_counts one;

		if (sw->table->slot[i] == NULL)
			continue;
		slot_counts(sw->table->slot[i], &one);
		counts_add(c, &one);
	}
	return 0;
}
