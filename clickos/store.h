/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store.h -- a guest controlled through XenStore: the original protocol (its
 * keys are told in docs/control.md), state and error text of each router, and
 * links of version 2 (abi/control_store.h).  Portable: the store itself is a
 * table of functions, the real one in minios/, a fake one in tests.
 *
 * All by the control thread.
 */
#ifndef CLICKOS_STORE_H
#define CLICKOS_STORE_H

#include <stdbool.h>

#include "base/str.h"
#include "base/strbuf.h"

struct control_link;
struct guest;
struct store;
struct store_side;

/*
 * Paths are relative to the guest's own directory and NUL-terminated.  Errors
 * are minios/xen/xenbus.h's; all may sleep.
 */
struct store_ops {
	/* Appends the value. */
	int (*read)(struct store *, const char *path, struct strbuf *out);
	/* Appends the names of the entries, a NUL after each. */
	int (*list)(struct store *, const char *path, struct strbuf *out);
	int (*write)(struct store *, const char *path, struct str value);
	/* The same for what nobody could mend; it does not wait. */
	void (*tell)(struct store *, const char *path, struct str value);
	/* With all below; that it fails is not told, either. */
	void (*rm)(struct store *, const char *path);
	/* Both or none, and nothing of anybody else's between them. */
	int (*write_two)(struct store *, const char *path, struct str value,
	    const char *path2, struct str value2);
	/*
	 * The next path at or below root that has changed; the caller frees
	 * it.  NULL: none since.  root itself means that anything may have,
	 * and comes first of all.  The control thread is woken when there is
	 * one.
	 */
	char *(*changed)(struct store *, const char *root);
};

struct store {
	const struct store_ops *ops;
};

/*
 * Serves root ("data/clickos"), which the guest writes to say that it is one.
 * second: the place of before; nothing is announced there, no links, and only
 * what tools make there is known.  NULL: no memory.
 */
struct store_side *store_side_new(
    struct store *s, struct guest *g, const char *root, bool second);
void store_side_free(struct store_side *side);

/* True: a tool has made the directory of that router's id. */
bool store_side_taken(struct store_side *side, unsigned int id);

/*
 * Does what there is to do now; true if there was something.  Of a router that
 * is there before the first look is told before that.
 */
bool store_side_step(struct store_side *side);

/* A router's state has changed: guest_watch()'s function calls this. */
void store_side_changed(struct store_side *side, unsigned int id);

/* 1 and a link that a tool has opened (as os_control_accept()), or 0. */
int store_side_accept(struct store_side *side, struct control_link **link);

#endif
