/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * paging.h -- what may be done with each page of the one address space.
 *
 * Memory is mapped at its own address.  Text is executable and read-only,
 * constants are read-only, everything else is writable and not executable;
 * page 0 is not there.
 */
#ifndef MINIOS_PAGING_H
#define MINIOS_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum paging_access { PAGING_NONE, PAGING_READ, PAGING_WRITE, PAGING_EXEC };

/*
 * The entry of the 4 kB page at va.  NULL if there is no table for it, or, if
 * create, no memory for one.  A large page on the way is split.
 */
uint64_t *paging_entry(uint64_t va, bool create);

/* The entry of the 2 MB at va, its table made if need be; NULL: no memory. */
uint64_t *paging_directory_entry(uint64_t va);

/* Changes what may be done with count mapped pages; ERR_NOMEM. */
int paging_protect(const void *va, size_t count, enum paging_access access);

/* Maps count pages at va to the frames given (PV: of the machine). */
int paging_map(const void *va, const uint64_t *frames, size_t count);

/* Lays the rules above over the kernel's image and the rest. */
void paging_init(void);

#endif
