/* SPDX-License-Identifier: BSD-3-Clause */
/* at_rules.c -- a helper of AddressTranslator; see at_rules.h. */
#include "elements/ip6/at_rules.h"

#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/ip/say.h"
#include "elements/ip6/ip6_header.h"

/* ---- arguments ---- */

/* The arguments on their way through the reader. */
enum { EXPIRE_MAX = 16 };

struct at_reader {
	struct element *e;
	struct errh *errh;
	const struct strs *conf;
	size_t at; /* the next one */
};

static struct str
at_next(struct at_reader *in)
{
	return in->at < in->conf->n ? str_trim(in->conf->v[in->at++]) : STR("");
}

static int
at_complain(struct at_reader *in, const char *what)
{
	return errh_error(
	    in->errh, "argument %zu should be : %s", in->at, what);
}

/* 0, 1, or negative after a complaint. */
static int
at_next_bool(struct at_reader *in)
{
	bool value;

	if (in->at >= in->conf->n)
		in->at++; /* the one that is missing */
	else if (conf_bool(at_next(in), &value))
		return value;
	return at_complain(in, "bool");
}

static bool
at_port(struct at_reader *in, struct str word, uint16_t *port)
{
	int32_t x;

	if (!arg_quiet(&arg_type_i32, word, &x, in->e) || x < 1 || x > 0xffff)
		return false;
	*port = (uint16_t)x;
	return true;
}

static struct at_binding *
at_found(const struct at_rules *r, enum at_side side, const struct at_key *key)
{
	return at_map_find(&r->map, side, key, at_map_hash(&r->map, key));
}

/* "INNER [PORT] MAPPED [PORT]" */
static int
at_read_static(struct at_rules *r, struct at_reader *in)
{
	struct at_binding b = { .age = AT_EVER };
	struct str text = at_next(in);

	for (enum at_side side = AT_INNER; side <= AT_OUTER; side++)
		if (!arg_quiet(&arg_type_ip6, conf_shift_space(&text),
		        &b.key[side].local, in->e) ||
		    (r->static_ports && !at_port(in, conf_shift_space(&text),
		                            &b.key[side].local_port)))
			return at_complain(
			    in, r->static_ports ? "<IP6Address> <port> "
			                          "<IP6Address> <port>"
			                        : "<IP6Address> <IP6Address>");
	if (str_trim(text).n > 0)
		return at_complain(in, "one mapping");
	if (at_found(r, AT_INNER, &b.key[AT_INNER]) != NULL ||
	    at_found(r, AT_OUTER, &b.key[AT_OUTER]) != NULL)
		return errh_error(in->errh,
		    "argument %zu: address is mapped already", in->at);
	if (at_map_add(&r->map, &b) == NULL)
		return errh_error(in->errh, "out of memory");
	return 0;
}

static int
at_read_pool(struct at_rules *r, struct at_reader *in)
{
	struct ip6_addr addr;
	int err = 0;

	while (in->at < in->conf->n)
		if (!arg_quiet(&arg_type_ip6, at_next(in), &addr, in->e))
			err = at_complain(in, "<IP6Address>");
		else if (vec_push(&r->pool, addr) != 0)
			return errh_error(in->errh, "out of memory");
	r->npool = (uint32_t)r->pool.n;
	return err;
}

/* "ADDRESS FIRST LAST" */
static int
at_read_ports(struct at_rules *r, struct at_reader *in)
{
	struct str text = at_next(in);
	uint16_t first, last;

	if (!arg_quiet(
	        &arg_type_ip6, conf_shift_space(&text), &r->addr, in->e) ||
	    !at_port(in, conf_shift_space(&text), &first) ||
	    !at_port(in, conf_shift_space(&text), &last) || last < first)
		return at_complain(in, "<IP6Address> <first port> <last port>");
	r->first_port = first;
	r->npool = last - first + 1u;
	return 0;
}

static int
at_read_dynamic(struct at_rules *r, struct at_reader *in)
{
	int dynamic = at_next_bool(in), ports, from, err;

	if (dynamic <= 0)
		return dynamic;
	ports = at_next_bool(in);
	from = at_next_bool(in);
	if (ports < 0 || from < 0)
		return ERR_INVAL;
	r->dynamic = ports ? AT_PORTS : AT_ADDRESSES;
	r->from = from ? AT_OUTER : AT_INNER;
	err = ports ? at_read_ports(r, in) : at_read_pool(r, in);
	if (err != 0 || r->npool == 0)
		return err;
	r->taken = calloc(1, r->npool / 8 + 1);
	return r->taken != NULL ? 0 : errh_error(in->errh, "out of memory");
}

int
at_rules_configure(struct at_rules *r, struct element *e,
    const struct strs *conf, struct errh *errh)
{
	struct at_reader in = { e, errh, conf, 0 };
	int32_t nstatic;
	int ports, err = 0;

	at_map_init(&r->map);
	if (!arg_quiet(&arg_type_i32, at_next(&in), &nstatic, e) || nstatic < 0)
		return errh_error(errh, "argument 1 should be : integer");
	if (nstatic > 0) {
		ports = at_next_bool(&in);
		if (ports < 0)
			return ports;
		r->static_ports = ports != 0;
		r->statics = true;
	}
	for (; nstatic > 0 && in.at < conf->n; nstatic--)
		if (at_read_static(r, &in) != 0)
			err = ERR_INVAL;
	if (at_read_dynamic(r, &in) != 0)
		err = ERR_INVAL;
	return err;
}

void
at_rules_fini(struct at_rules *r)
{
	at_map_fini(&r->map);
	vec_fini(&r->pool);
	free(r->taken);
	r->taken = NULL;
}

/* ---- bindings ---- */

static bool
at_taken(const struct at_rules *r, uint32_t place)
{
	return (r->taken[place / 8] >> place % 8 & 1) != 0;
}

static void
at_take(struct at_rules *r, uint32_t place)
{
	r->taken[place / 8] ^= (uint8_t)(1u << place % 8);
}

/*
 * A place in the pool that nobody uses; false: there is none.  A few of those
 * that have expired make room: never all at once.
 */
static bool
at_place(struct at_rules *r, int64_t now, uint32_t *place)
{
	struct at_binding *b;

	for (int i = 0; i < EXPIRE_MAX; i++) {
		b = at_map_expired(&r->map, now);
		if (b == NULL)
			break;
		at_take(r, b->place);
		r->nused--;
		at_map_remove(&r->map, b);
	}
	if (r->nused == r->npool)
		return false;
	for (*place = r->next % r->npool; at_taken(r, *place);) {
		uint8_t bits = r->taken[*place / 8];
		uint32_t step = *place % 8 == 0 && bits == 0xff ? 8 : 1;

		*place = *place + step < r->npool ? *place + step : 0;
	}
	r->next = *place + 1;
	return true;
}

/* Gives key what is at b's place, which is free; NULL: no memory. */
static struct at_binding *
at_bind(struct at_rules *r, const struct at_key *key, struct at_binding *b)
{
	enum at_side other = r->from == AT_INNER ? AT_OUTER : AT_INNER;
	struct at_binding *made;

	b->key[r->from] = b->key[other] = *key;
	if (r->dynamic == AT_PORTS) {
		b->key[other].local = r->addr;
		b->key[other].local_port = (uint16_t)(r->first_port + b->place);
	} else
		b->key[other].local = r->pool.v[b->place];
	made = at_map_add(&r->map, b);
	if (made == NULL)
		return NULL;
	at_take(r, b->place);
	r->nused++;
	return made;
}

static struct at_binding *
at_make(
    struct at_rules *r, const struct at_key *key, enum at_age age, int64_t now)
{
	struct at_binding b = { .age = (uint8_t)age, .used_ns = now };

	if (!at_place(r, now, &b.place)) {
		if (!r->told)
			say("AddressTranslator ran out of %s",
			    r->dynamic == AT_PORTS ? "ports" : "addresses");
		r->told = true;
		return NULL;
	}
	r->told = false;
	return at_bind(r, key, &b);
}

/* ---- told and made again ---- */

bool
at_rules_tell(
    struct at_rules *r, enum at_age age, uint64_t place, struct at_told *told)
{
	enum at_side other = r->from == AT_INNER ? AT_OUTER : AT_INNER;
	const struct at_binding *b = at_map_list(&r->map, age, place);

	if (b == NULL)
		return false;
	*told = (struct at_told){ .key = b->key[r->from],
		.to = b->key[other].local,
		.from = (uint8_t)r->from,
		.age = b->age,
		.used_ns = b->used_ns };
	if (r->dynamic == AT_PORTS)
		told->to_port = b->key[other].local_port;
	return true;
}

/* Where in the pool that is; false: it is not. */
static bool
at_place_of(
    const struct at_rules *r, const struct at_told *told, uint32_t *place)
{
	if (r->dynamic == AT_PORTS) {
		*place = told->to_port - r->first_port;
		return *place < r->npool && ip6_equal(told->to.b, r->addr.b);
	}
	for (*place = 0; *place < r->npool; ++*place)
		if (ip6_equal(told->to.b, r->pool.v[*place].b))
			return told->to_port == 0;
	return false;
}

int
at_rules_restore(
    struct at_rules *r, const struct at_told *told, const char **fault)
{
	struct at_binding b = { .age = told->age, .used_ns = told->used_ns };
	struct at_key key = told->key;

	if (r->dynamic == AT_ADDRESSES)
		key = (struct at_key){ .local = told->key.local };
	*fault = NULL;
	if (r->dynamic == AT_NONE || told->from != r->from)
		*fault = "no packets from that side make any";
	else if (!at_place_of(r, told, &b.place))
		*fault = "it has what is not to be given";
	else if (at_taken(r, b.place) || at_found(r, r->from, &key) != NULL)
		*fault = "the same comes twice";
	if (*fault != NULL)
		return ERR_PEER;
	return at_bind(r, &key, &b) != NULL ? 0 : ERR_NOMEM;
}

/* ---- found by packets ---- */

/* One for whole addresses, or a static one of ports: those do not name peers.
 */
static struct at_binding *
at_find_whole(
    const struct at_rules *r, enum at_side side, const struct at_key *key)
{
	struct at_key k = { .local = key->local };
	struct at_binding *b;

	if (r->static_ports)
		k.local_port = key->local_port;
	b = at_found(r, side, &k);
	if (b != NULL || !r->static_ports || r->dynamic != AT_ADDRESSES)
		return b;
	k.local_port = 0;
	return at_found(r, side, &k);
}

struct at_binding *
at_rules_find(struct at_rules *r, enum at_side side, const struct at_key *key,
    uint64_t hash, enum at_age age, int64_t now, bool make)
{
	struct at_key whole = { .local = key->local };
	struct at_binding *b = NULL;

	/* Static ones come first, then those of addresses, those of ports. */
	if (r->statics || r->dynamic == AT_ADDRESSES)
		b = at_find_whole(r, side, key);
	if (b == NULL && r->dynamic == AT_PORTS)
		b = at_map_find(&r->map, side, key, hash);
	if (b == NULL && make && r->dynamic != AT_NONE && side == r->from)
		b = at_make(r, r->dynamic == AT_PORTS ? key : &whole, age, now);
	if (b != NULL)
		at_map_use(&r->map, b,
		    r->dynamic == AT_ADDRESSES ? AT_LONG : age, now);
	return b;
}
