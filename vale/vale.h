/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vale.h -- the switch as a library: switches, ports, settings, counters.
 *
 * One thread, the control thread, calls all of this and then vale_wait() in a
 * loop; worker threads move the frames.
 *
 *	v = vale_new(&options, &why);
 *	vale_switch_add(v, STR("vale0"), STR("learning"), &why);
 *	vale_attach(v, &req, &port, &why);
 *	while (!stop)
 *		vale_wait(v, -1);
 *	vale_free(v);
 */
#ifndef VALE_VALE_H
#define VALE_VALE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "vale/count.h"
#include "vale/port.h"

struct vale;
struct vale_opener;

enum { VALE_WORKERS_MAX = 64 };

struct vale_options {
	unsigned int workers; /* threads; 0: none, see vale_round() */
	const int *cpus;      /* [workers], what they are pinned to; NULL: no */
	int64_t poll_ns; /* a port is polled that long after a frame, at most */
	void (*log)(void *arg, const char *line); /* may be NULL */
	void *log_arg;
	struct vale_opener *opener; /* opener.h; NULL: nobody else opens */
};

enum { VALE_POLL_NS = 20000 };

/* ERR_* in *why and NULL. */
struct vale *vale_new(const struct vale_options *o, struct diag *why);
/* Detaches all and ends the workers. */
void vale_free(struct vale *v);

/* Waits for something to do and does it, at most timeout_ms (-1: for ever). */
void vale_wait(struct vale *v, int timeout_ms);
/* Ends the present or next vale_wait(); from anywhere. */
void vale_wake(struct vale *v);
/*
 * Without workers: every port gets one turn, in the caller's thread.  Returns
 * the frames received from them.
 */
unsigned int vale_round(struct vale *v);

/*
 * A new switch with a forwarding function and its arguments ("learning",
 * "chain a fw.0 fw.1 b").  ERR_EXIST, ERR_NOTFOUND, ERR_INVAL, ERR_NOMEM.
 */
int vale_switch_add(
    struct vale *v, struct str name, struct str function, struct diag *why);
/* Puts another function in its place; what the old one has learnt is lost. */
int vale_switch_function(
    struct vale *v, struct str name, struct str function, struct diag *why);
/* Detaches its ports.  ERR_NOTFOUND. */
int vale_switch_remove(struct vale *v, struct str name, struct diag *why);

struct vale_attach {
	struct str switch_name, name; /* "vale0", "fw.0" */
	struct str kind, args;        /* "tap", "t0" */
	const struct vale_kind *with; /* instead of kind's name, or NULL */
	void *context;                /* becomes the port's */
	int worker;                   /* -1: the one with the fewest ports */
};

/*
 * ERR_NOTFOUND (switch, kind), ERR_EXIST (port), or what the kind says.
 * *port may be NULL.
 */
int vale_attach(struct vale *v, const struct vale_attach *a,
    struct vale_port **port, struct diag *why);
int vale_detach(
    struct vale *v, struct str switch_name, struct str name, struct diag *why);
void vale_port_detach(struct vale_port *p);
/* The port of that name, or NULL. */
struct vale_port *vale_port_find(
    struct vale *v, struct str switch_name, struct str name);
/* "vale0" and "fw.0", as long as the port lives. */
const char *vale_port_name(const struct vale_port *p);
const char *vale_port_switch(const struct vale_port *p);
/* The number of the worker that it is pinned to. */
unsigned int vale_port_worker(const struct vale_port *p);

/* One setting (settings.h). */
int vale_set(
    struct vale_port *p, struct str key, struct str value, struct diag *why);

/* What a port has counted, or what all of a switch have that ever were. */
void vale_port_counts(const struct vale_port *p, struct vale_counts *c);
int vale_switch_counts(
    struct vale *v, struct str name, struct vale_counts *c, struct diag *why);

/* JSON texts: what there is, and what was counted.  name empty: everything. */
int vale_show(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why);
int vale_show_counts(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why);
/* The same for people: lines of words. */
int vale_show_text(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why);
int vale_show_counts_text(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why);

#endif
