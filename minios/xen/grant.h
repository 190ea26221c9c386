/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * grant.h -- pages that another domain may use (grant table version 1).
 *
 * A reference is a number that the other domain quotes.  Granting and ending
 * are stores to a page shared with Xen: no hypercall.
 */
#ifndef MINIOS_XEN_GRANT_H
#define MINIOS_XEN_GRANT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Lets domain domid use the page at p (read-only if so).  ERR_NOMEM when the
 * table is full and Xen gives no more.
 */
int grant_page(uint16_t domid, const void *p, bool read_only, uint32_t *ref);

/*
 * Takes the grant back.  False while the other domain still has the page
 * mapped: the page must not be used for anything else; try again later.
 */
bool grant_end(uint32_t ref);

/* References in use, and how many there can be without growing. */
uint32_t grant_used(void);

/* Before a suspend: the table's frames are Xen's and must not be mapped. */
void grant_suspend(void);
/*
 * After a resume; fresh: the table is a new one, and nobody may use anything
 * any more.  References stay their owners' until these end them, which then
 * succeeds.
 */
void grant_resume(bool fresh);

#endif
