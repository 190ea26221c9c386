/* SPDX-License-Identifier: BSD-3-Clause */
/* kinds.h -- the kinds of port there are; a new one is a line in kinds.c. */
#ifndef VALE_KINDS_H
#define VALE_KINDS_H

#include "vale/port.h"

/* The kind of that name; ERR_NOTFOUND and *why lists them. */
int vale_kind_find(
    struct str name, const struct vale_kind **kind, struct diag *why);

extern const struct vale_kind vale_kind_ring, vale_kind_tap,
    vale_kind_vhost_user, vale_kind_af_packet, vale_kind_af_xdp, vale_kind_pcap;

#endif
