/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * at_rules.h -- a helper of AddressTranslator: its arguments, and the bindings
 * made by them and by packets.
 */
#ifndef ELEMENTS_IP6_AT_RULES_H
#define ELEMENTS_IP6_AT_RULES_H

#include "click/element.h"
#include "elements/ip6/at_map.h"

/* How bindings are made for new flows. */
enum at_dynamic { AT_NONE, AT_ADDRESSES, AT_PORTS };

struct at_rules {
	struct at_map map;
	bool statics;      /* there are static bindings */
	bool static_ports; /* they are of ports, too */
	enum at_dynamic dynamic;
	enum at_side from;           /* side whose packets make bindings */
	struct ip6_addr addr;        /* AT_PORTS: all get this, and a port of */
	uint32_t first_port;         /* these */
	VEC(struct ip6_addr) pool;   /* AT_ADDRESSES */
	uint8_t *taken;              /* a bit for each of pool or ports */
	uint32_t npool, nused, next; /* next: the place to try first */
	bool told;                   /* that there is none */
};

/* Reads the arguments: 0 or negative after telling errh. */
int at_rules_configure(struct at_rules *r, struct element *e,
    const struct strs *conf, struct errh *errh);
void at_rules_fini(struct at_rules *r);

/*
 * The binding of a packet whose sender or receiver on that side is key.local,
 * and whose hash is at_map_hash()'s; make: one may be made.  NULL: there is
 * none.
 */
struct at_binding *at_rules_find(struct at_rules *r, enum at_side side,
    const struct at_key *key, uint64_t hash, enum at_age age, int64_t now,
    bool make);

/* A binding that packets have made, as it is told. */
struct at_told {
	struct at_key key;  /* on the side whose packets made it */
	struct ip6_addr to; /* what it has got of the pool, */
	uint16_t to_port;   /* 0: no port */
	uint8_t from;       /* enum at_side */
	uint8_t age;        /* enum at_age */
	int64_t used_ns;
};
/*
 * Tells the one of that age and place (at_map_list()); false: there is none.
 */
bool at_rules_tell(
    struct at_rules *r, enum at_age age, uint64_t place, struct at_told *told);
/* Makes it again: 0, ERR_NOMEM, or ERR_PEER and *fault. */
int at_rules_restore(
    struct at_rules *r, const struct at_told *told, const char **fault);

/* Whether ports play a part at all. */
static inline bool
at_rules_ports(const struct at_rules *r)
{
	return r->static_ports || r->dynamic == AT_PORTS;
}

#endif
