/* SPDX-License-Identifier: BSD-3-Clause */
/* maglev.h -- inside MaglevSwitch.  See maglev_switch.c. */
#ifndef ELEMENTS_APP_MAGLEV_H
#define ELEMENTS_APP_MAGLEV_H

#include "elements/app/maglev_table.h"
#include "elements/ip/flowbook.h"

enum maglev_hash { MAGLEV_5TUPLE, MAGLEV_ADDRS, MAGLEV_SRC };

struct maglev_output {
	struct str name; /* owned */
	uint32_t weight;
	bool up;
	uint64_t count;
};

struct maglev_switch {
	uint16_t *table;
	uint32_t size;
	enum maglev_hash hash;
	uint64_t seed;
	bool seeded;                   /* by SEED */
	struct maglev_output *outputs; /* e->nout of them */
	struct maglev_backend *backends;
	uint32_t timeout_ms;
	struct flowbook book;
	uint64_t drops;
};

struct maglev_flow {
	struct flowbook_flow head;
	uint32_t backend;
	uint32_t pad;
};

extern const struct flowbook_ops maglev_switch_ops;
/* maglev_state.c: what goes along to another process. */
extern const struct state_class maglev_state;
/* Fills the table anew. */
void maglev_switch_fill(struct element *e);

/* maglev_conf.c: the arguments; a weight. */
int maglev_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
extern const struct arg_type maglev_weight;

#endif
