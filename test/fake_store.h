/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_store.h -- a XenStore daemon in plain memory behind the ring of
 * xen/io/xs_wire.h: one domain, whose own paths are relative to its home.
 */
#ifndef TEST_FAKE_STORE_H
#define TEST_FAKE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/xs_wire.h>

#define FAKE_HOME "/local/domain/7"

/* An empty store on a fresh ring; forgets all of before. */
void fake_store_init(struct xenstore_domain_interface *ring);
void fake_store_fini(void);
/* Another daemon with the same entries: no watch or transaction is left. */
void fake_store_fresh(void);

/* As another domain: sets a value (NULL removes it and all below). */
void fake_store_set(const char *path, const char *value);
/* The value, or NULL. */
const char *fake_store_get(const char *path);
/* The n-th name directly below path; false: there are no more. */
bool fake_store_name(const char *path, unsigned int n, char name[static 32]);
/* Called with each path that changes; until the next init. */
void fake_store_hook(void (*fn)(const char *path));
/* Once: while path is next read, right behind the value it becomes another. */
void fake_store_after(const char *path, const char *value);
/* Entries, and watches set. */
unsigned int fake_store_entries(void);
unsigned int fake_store_watches(void);

/*
 * From the n-th request on (1: the next) `count` requests are answered by
 * error, e.g. "EACCES"; "": not at all.  NULL: none is.
 */
void fake_store_fail(const char *error, unsigned int n, unsigned int count);
/* A daemon that is dead or stopped: it takes nothing and says nothing. */
void fake_store_stop(bool stopped);
/* The next so many transactions end in EAGAIN. */
void fake_store_conflict(unsigned int count);

/*
 * Reads requests and writes answers, at most `room` bytes of them at once.
 * True if it did something.
 */
bool fake_store_turn(uint32_t room);

#endif
