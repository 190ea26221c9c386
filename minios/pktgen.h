/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pktgen.h -- what the driver can do without Click: a sender and a receiver,
 * chosen on the command line:
 *
 *	pktgen=send port=0 [size=60] [dst=MAC] [count=N]
 *	pktgen=recv port=0
 */
#ifndef MINIOS_PKTGEN_H
#define MINIOS_PKTGEN_H

#include <stdbool.h>

/* Runs it if the command line asks for it; false if not. */
bool pktgen_main(void);

#endif
