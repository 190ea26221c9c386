/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process.h -- a guest as a Linux process, in the steps that its main takes.
 *
 *	process_options()   the command line
 *	sandbox_begin()     unless --no-sandbox; see sandbox.h
 *	process_open()      whatever needs the system: ports, the control socket
 *	sandbox_enter()
 *	process_run()       routers and control, until told to end
 *	process_close()
 */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/strs.h"
#include "host/sandbox.h"

struct control;
struct guest;
struct os_waiter;

struct process {
	struct str control; /* path of the socket, or empty */
	bool control_given; /* or as descriptor sandbox.keep[0] */
	unsigned int mode;
	bool no_sandbox;
	struct sandbox sandbox;
	uint32_t packets, router_packets;
	uint64_t memory; /* bytes; 0: what the machine has */
	struct strs ports, files;

	struct strs texts; /* owned, of the files */
	struct os_waiter *waiter;
	struct guest *guest;
	struct control *links;
	bool ended;
};

/* False: a mistake (*why says which), or help was wanted (*why is empty). */
bool process_options(
    struct process *p, int argc, char **argv, struct diag *why);
void process_usage(void);
/* 0 or ERR_*; process_close() in any case. */
int process_open(struct process *p, struct diag *why);
int process_run(struct process *p, struct diag *why);
void process_close(struct process *p);

#endif
