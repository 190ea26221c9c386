/* SPDX-License-Identifier: BSD-3-Clause */
/* args_addr.h -- what the readers of addresses share; for args_addr*.c only. */
#ifndef CLICK_ARGS_ADDR_H
#define CLICK_ARGS_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct element;

/*
 * Cuts ":suffix" off *name; true when there was none or it is one of the up
 * to three allowed (NULL after fewer).
 */
bool addr_cut_suffix(struct str *name, const char *const allowed[static 3]);
/* The IPv4 address called name as e sees it: "h", "h:ip", "net:gw"... */
bool addr_name_ip4(const struct element *e, struct str name, uint32_t *addr);

#endif
