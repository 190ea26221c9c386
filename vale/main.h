/* SPDX-License-Identifier: BSD-3-Clause */
/* main.h -- the subcommands of the program vale. */
#ifndef VALE_MAIN_H
#define VALE_MAIN_H

/* argv[0] is the subcommand; the exit status. */
int main_serve(int argc, char **argv);
/* Any other: a request to the running switch. */
int main_request(int argc, char **argv);

/* The socket that $VALE_SOCKET names. */
const char *main_socket(void);

#endif
