/* SPDX-License-Identifier: BSD-3-Clause */
/* store_internal.h -- between store.c, store_router.c and store_link.c. */
#ifndef CLICKOS_STORE_INTERNAL_H
#define CLICKOS_STORE_INTERNAL_H

#include "abi/control.h"
#include "abi/control_store.h"
#include "base/vec.h"
#include "clickos/guest.h"
#include "clickos/store.h"
#include "control/message.h"
#include "os/control.h"

/* Results written whose echoes have not come back: see store_router.c. */
struct store_echo {
	struct str path; /* owned, below the root */
};

struct store_router {
	bool known;               /* it came by this side's keys */
	bool published;           /* we have written keys of it */
	bool dirty;               /* its state changed */
	bool want_run, want_stop; /* as soon as it can */
	bool deleted;             /* its keys are gone and stay so */
	bool error;               /* there is an error key */
	const char *told;         /* its status, as we wrote it; or NULL */
};

struct store_link {
	struct control_link link;
	struct store_link *next;
	struct store_side *side;
	char name[CONTROL_STORE_NAME + 1];
	bool accepted; /* the control has it, and closes it */
	bool dirty;    /* chunks may have come, nobody knows how many */
	uint32_t seen; /* of those up to here it was told */
	bool gone;     /* the tool has deleted it */
	struct frames in;
	struct strbuf out;
	size_t out_pos;
	uint32_t next_in;          /* chunk to be read */
	uint32_t oldest, next_out; /* of those written: not yet deleted */
};

struct store_side {
	struct store *store;
	struct guest *guest;
	char root[64];
	bool second;
	bool scanned;
	struct store_router router[CONTROL_ROUTERS];
	VEC(struct store_echo) echoes;
	struct store_link *links;
	unsigned int nlinks;
	struct strbuf path, value; /* scratch */
};

/* What the root has: routers' folders, our key, a folder of links. */
struct store_names {
	bool router[CONTROL_ROUTERS];
	bool version, links;
};

/* root/fmt..., valid until the next call. */
const char *store_path(struct store_side *side, const char *fmt, ...)
    PRINTF(2, 3);
/* The value there into side->value; an error leaves that empty. */
int store_get(struct store_side *side, const char *path);
bool store_has(struct store_side *side, const char *path);
/* A decimal number without leading zeros. */
bool store_number(struct str s, uint32_t max, uint32_t *x);

/* ---- store_router.c ---- */

/* rest: what follows "<id>/" ("" for the directory itself). */
void store_router_event(
    struct store_side *side, unsigned int id, struct str rest);
/*
 * Looks at all that the store says of routers, of which it has these; fresh: it
 * forgot ours.
 */
void store_router_scan(struct store_side *side,
    const bool has[static CONTROL_ROUTERS], bool fresh);
/* Whether something is to be told of routers; tells it, and whether it did. */
bool store_router_news(const struct store_side *side);
bool store_router_publish(struct store_side *side);

/* ---- store_link.c ---- */

/* rest: what follows "v2/". */
void store_link_event(struct store_side *side, struct str rest);
/* there: the store has a folder of links. */
void store_link_scan(struct store_side *side, bool there);
void store_link_free(struct store_link *link);

#endif
