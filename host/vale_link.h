/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vale_link.h -- the connection to a switch: abi/vale.h from the guest's side.
 * Used by one thread at a time; calls wait for the answer, up to a limit.
 */
#ifndef HOST_VALE_LINK_H
#define HOST_VALE_LINK_H

#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "netring/layout.h"

struct vale_link {
	int socket; /* -1: not connected */
	int event;  /* readable when the switch wakes us; -1: none yet */
	uint32_t features;
	int timeout_ms; /* for an answer */
};

/* Connects to the switch; ERR_NOTFOUND: nobody listens, ERR_IO. */
int vale_link_connect(struct vale_link *k, struct diag *why);

/*
 * Over k->socket, which is connected: gets the region l (ports, slots, buffers)
 * asks for, with the features that both speak of those asked: *memfd is the
 * region's descriptor; or, when it is 0 or more already, that region is offered
 * to the switch.  ERR_PEER, ERR_TIMEDOUT, ERR_CLOSED, or what the switch says;
 * then the connection is closed.
 */
int vale_link_guest(struct vale_link *k, const struct netring_layout *l,
    uint32_t features, int timeout_ms, int *memfd, struct diag *why);

/* Both. */
int vale_link_open(struct vale_link *k, const struct netring_layout *l,
    uint32_t features, int timeout_ms, int *memfd, struct diag *why);
void vale_link_close(struct vale_link *k);

/* Opens port index as name; its address and MTU. */
int vale_link_port(struct vale_link *k, struct str name, uint32_t index,
    uint8_t mac[static 6], uint16_t *mtu, struct diag *why);
int vale_link_close_port(struct vale_link *k, uint32_t index, struct diag *why);

/*
 * Of ports, "vale0:fw.0 vale0:fw.1", and no others will this connection open
 * any, nor do anything else but what a guest does; for good.
 */
int vale_link_only(struct vale_link *k, struct str ports, struct diag *why);
/* A port more, by the token that somebody was granted for it. */
int vale_link_take(struct vale_link *k, struct str token, struct diag *why);

/* Rings the doorbell. */
void vale_link_ring(const struct vale_link *k);
/* After its socket became readable: whether the switch is still there. */
bool vale_link_alive(const struct vale_link *k);

#endif
