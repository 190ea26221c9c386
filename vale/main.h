/* SPDX-License-Identifier: BSD-3-Clause */
/* main.h -- the subcommands of the program vale. */
#ifndef VALE_MAIN_H
#define VALE_MAIN_H

#include "vale/xen.h"

/* argv[0] is the subcommand; the exit status. */
int main_serve(int argc, char **argv);
/* Any other: a request to the running switch. */
int main_request(int argc, char **argv);

/* The socket that $VALE_SOCKET names. */
const char *main_socket(void);

/* main_xen.c: guests of the Xen below us, if there is one. */
enum { MAIN_XEN_AUTO, MAIN_XEN_ON, MAIN_XEN_OFF };
struct main_xen {
	struct vale_xen_options options;
	struct vale_xen *xen;
	int want; /* MAIN_XEN_* */
};

/* NULL: not an option of Xen's; "": taken; else what value should have been.
 */
const char *main_xen_option(
    struct main_xen *m, const char *option, const char *value);
/* ERR_NOTSUP with *why only when Xen is wanted for sure. */
int main_xen_start(struct main_xen *m, struct vale *v, struct diag *why);
void main_xen_stop(struct main_xen *m);

#endif
