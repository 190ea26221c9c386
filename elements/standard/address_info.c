/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AddressInfo(NAME ADDRESS [ADDRESS...], ...) -- names for addresses.
 *
 *   ports     none
 *   ADDRESS   IPv4 or IPv6, with or without /PREFIX, or Ethernet
 *
 * In its compound element and those inside it NAME stands for the address of
 * the kind that is wanted; NAME:ip, NAME:ipnet, NAME:ip6, NAME:ip6net, NAME:eth
 * say which, NAME:bcast and NAME:gw are the last and the first address of its
 * network.  An address with prefix defines both.
 *
 *	AddressInfo(me 10.0.0.1/24 00:0a:95:9d:68:16);
 *	... -> EtherEncap(0x0800, me, ff:ff:ff:ff:ff:ff) -> ...
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/nameinfo.h"

enum address_kind {
	KIND_ETHER = 1,
	KIND_IP4 = 2,
	KIND_IP4_NET = 4,
	KIND_IP6 = 8,
	KIND_IP6_NET = 16,
};

/* What one text may mean. */
struct address_meanings {
	unsigned int kinds;
	uint8_t ether[6];
	struct ip4_prefix ip4;
	struct ip6_prefix ip6;
};

/* Whether text is one of that type, seen from e. */
static bool
address_info_is(
    struct element *e, const struct arg_type *type, struct str text, void *out)
{
	struct arena mem = ARENA_INIT;
	struct errh silent;
	bool is;

	errh_silent_init(&silent);
	is = arg_parse(type, text, out, e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	return is;
}

static void
address_info_parse_ip6(
    struct element *e, struct str text, struct address_meanings *m)
{
	struct ip6_addr mask;

	if (address_info_is(e, &arg_type_ip6, text, &m->ip6.addr)) {
		m->kinds |= KIND_IP6;
		return;
	}
	if (!address_info_is(e, &arg_type_ip6_prefix, text, &m->ip6))
		return;
	m->kinds |= KIND_IP6_NET;
	mask = ip6_mask(m->ip6.len);
	for (size_t i = 0; i < sizeof(mask.b); i++)
		if ((m->ip6.addr.b[i] & ~mask.b[i]) != 0)
			m->kinds |= KIND_IP6;
}

static void
address_info_parse(
    struct element *e, struct str text, struct address_meanings *m)
{
	*m = (struct address_meanings){ .kinds = 0 };
	if (address_info_is(e, &arg_type_ether, text, m->ether))
		m->kinds |= KIND_ETHER;
	if (address_info_is(e, &arg_type_ip4, text, &m->ip4.addr)) {
		m->kinds |= KIND_IP4;
	} else if (address_info_is(e, &arg_type_ip4_prefix, text, &m->ip4)) {
		m->kinds |= KIND_IP4_NET;
		if ((m->ip4.addr & ~m->ip4.mask) != 0)
			m->kinds |= KIND_IP4;
	}
	address_info_parse_ip6(e, text, m);
}

/*
 * Defines name as what m means, but an ambiguous text not as a kind that it
 * has already.
 */
static int
address_info_define(struct element *e, struct str name,
    const struct address_meanings *m, unsigned int had)
{
	const struct {
		enum address_kind kind;
		enum name_type type;
		const void *value;
		size_t size;
	} kinds[] = {
		{ KIND_ETHER, NAME_ETHER, m->ether, 6 },
		{ KIND_IP4, NAME_IP4_ADDR, &m->ip4.addr, 4 },
		{ KIND_IP4_NET, NAME_IP4_PREFIX, &m->ip4, sizeof(m->ip4) },
		{ KIND_IP6, NAME_IP6_ADDR, &m->ip6.addr, 16 },
		{ KIND_IP6_NET, NAME_IP6_PREFIX, &m->ip6, sizeof(m->ip6) },
	};
	bool one = (m->kinds & (m->kinds - 1)) == 0;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && err == 0; i++)
		if ((m->kinds & kinds[i].kind) != 0 &&
		    (one || (had & kinds[i].kind) == 0))
			err = name_define(kinds[i].type, e, name,
			    kinds[i].value, kinds[i].size);
	return err;
}

static int
address_info_add(struct element *e, const struct strs *words, struct errh *errh)
{
	unsigned int had = 0;
	struct address_meanings m;
	int err = 0;

	if (words->n == 1)
		err = errh_error(errh, "expected 'NAME [ADDRS]'");
	for (size_t i = 1; i < words->n; i++) {
		address_info_parse(e, words->v[i], &m);
		if (m.kinds == 0)
			err = errh_error(errh,
			    "'%.*s' is not a recognizable address",
			    STR_ARG(words->v[i]));
		else if (address_info_define(e, words->v[0], &m, had) != 0)
			err = errh_error(errh, "out of memory!");
		had |= m.kinds;
	}
	return err;
}

static int
address_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = 0;

	for (size_t i = 0; i < conf->n; i++) {
		words.n = 0;
		if (conf_split_space(conf->v[i], &mem, &words) != 0)
			err = errh_error(errh, "out of memory!");
		else if (words.n > 0 && address_info_add(e, &words, errh) != 0)
			err = ERR_INVAL;
	}
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

const struct element_class element_address_info = {
	.name = "AddressInfo",
	.ports = "0/0",
	.phase = PHASE_FIRST + 1,
	.configure = address_info_configure,
};
