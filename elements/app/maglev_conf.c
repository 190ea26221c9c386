/* SPDX-License-Identifier: BSD-3-Clause */
/* maglev_conf.c -- the arguments of MaglevSwitch.  See maglev_switch.c. */
#include <stdio.h>
#include <stdlib.h>

#include "elements/app/maglev.h"
#include "elements/ip/quiet.h"
#include "os/os.h"

static bool
maglev_switch_parse_weight(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint32_t w;

	(void)type;
	if (!arg_quiet(&arg_type_u32, text, &w, c->e) || w > MAGLEV_WEIGHT_MAX)
		return arg_error(
		    c, "a weight from 0 to %d expected", MAGLEV_WEIGHT_MAX);
	*(uint32_t *)out = w;
	return true;
}

const struct arg_type maglev_weight = {
	.size = sizeof(uint32_t),
	.parse = maglev_switch_parse_weight,
};

struct maglev_conf {
	uint32_t size, timeout, capacity;
	uint64_t seed;
	bool has_seed;
	struct str hash, names;
};

static int
maglev_switch_parse_hash(
    struct maglev_switch *self, struct str hash, struct errh *errh)
{
	if (hash.n == 0 || str_is(hash, "5tuple"))
		self->hash = MAGLEV_5TUPLE;
	else if (str_is(hash, "addrs"))
		self->hash = MAGLEV_ADDRS;
	else if (str_is(hash, "src"))
		self->hash = MAGLEV_SRC;
	else
		return errh_error(
		    errh, "HASH: '5tuple', 'addrs' or 'src' expected");
	return 0;
}

static bool
maglev_switch_named(
    const struct maglev_switch *self, uint32_t n, struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(self->outputs[i].name, name))
			return true;
	return false;
}

static int
maglev_switch_parse_names(
    struct element *e, struct str names, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);
	bool given = names.n > 0;

	for (uint32_t i = 0; i < e->nout; i++) {
		char number[16];
		struct str name;

		snprintf(number, sizeof(number), "%u", (unsigned)i);
		name = given ? str_word(&names) : str_of(number);
		if (name.n == 0 || maglev_switch_named(self, i, name))
			return errh_error(errh,
			    "NAMES: %u different names expected, one for each "
			    "output",
			    (unsigned)e->nout);
		if (str_set(&self->outputs[i].name, name) != 0)
			return ERR_NOMEM;
	}
	return str_trim(names).n == 0
	           ? 0
	           : errh_error(errh, "NAMES: more names than outputs");
}

static int
maglev_switch_parse_size(struct element *e, uint32_t size, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);

	if (size == 0)
		size = maglev_prime(128u * e->nout);
	if (size < e->nout || size > MAGLEV_SIZE_MAX)
		return errh_error(errh,
		    "TABLE: a prime number from %u to %d expected",
		    (unsigned)e->nout, MAGLEV_SIZE_MAX);
	if (maglev_prime(size) != size)
		return errh_error(errh,
		    "TABLE: must be a prime number; the next one is %u",
		    (unsigned)maglev_prime(size));
	self->size = size;
	return 0;
}

static void
maglev_switch_read_args(struct element *e, const struct strs *conf,
    struct maglev_conf *c, struct args *a, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);

	args_init(a, conf, e, errh);
	for (uint32_t i = 0; i < e->nout; i++) {
		char keyword[16];

		snprintf(keyword, sizeof(keyword), "WEIGHT%u", (unsigned)i);
		args_read(a, keyword, ARG_POS, &maglev_weight,
		    &self->outputs[i].weight);
	}
	args_u32(a, "TABLE", 0, &c->size);
	args_word(a, "HASH", 0, &c->hash);
	args_u32(a, "FLOWS", 0, &c->capacity);
	args_seconds(a, "TIMEOUT", 0, &c->timeout);
	c->has_seed = args_u64(a, "SEED", 0, &c->seed);
	args_raw(a, "NAMES", 0, &c->names);
}

int
maglev_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);
	struct maglev_conf c = { .timeout = 300 };
	struct args a;
	int err;

	flowbook_init(
	    &self->book, sizeof(struct maglev_flow), &maglev_switch_ops, false);
	if (e->nout > MAGLEV_BACKENDS)
		return errh_error(errh, "at most %d backends", MAGLEV_BACKENDS);
	self->outputs = calloc(e->nout, sizeof(*self->outputs));
	self->backends = calloc(e->nout, sizeof(*self->backends));
	if (self->outputs == NULL || self->backends == NULL)
		return errh_error(errh, "out of memory");
	for (uint32_t i = 0; i < e->nout; i++) {
		self->outputs[i].weight = 1;
		self->outputs[i].up = true;
	}
	maglev_switch_read_args(e, conf, &c, &a, errh);
	err = args_complete(&a);
	if (err == 0)
		err = maglev_switch_parse_hash(self, c.hash, errh);
	if (err == 0)
		err = maglev_switch_parse_names(e, c.names, errh);
	if (err == 0)
		err = maglev_switch_parse_size(e, c.size, errh);
	if (err == 0 && (c.timeout == 0 || c.timeout > 2000000))
		err = errh_error(errh, "TIMEOUT: 1 to 2000000 seconds");
	str_free(&c.hash);
	str_free(&c.names);
	if (err != 0)
		return err;
	self->timeout_ms = c.timeout * 1000;
	self->book.capacity = c.capacity;
	self->seed = c.seed;
	self->seeded = c.has_seed;
	if (!c.has_seed)
		os_random(&self->seed, sizeof(self->seed));
	self->table = malloc(self->size * sizeof(*self->table));
	if (self->table == NULL)
		return errh_error(errh, "out of memory");
	maglev_switch_fill(e);
	return 0;
}
