/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port.c -- os_port_open() in a guest: ports are numbered; the command line
 * may give them names as well (port=lan:0).
 */
#include "base/err.h"
#include "minios/cmdline.h"
#include "minios/machine.h"
#include "os/os.h"

/* The number that a name stands for, or ERR_NOTFOUND. */
static int
port_number(struct str name, unsigned int *number)
{
	unsigned int x = 0;
	size_t i;

	if (name.n == 0 || name.n > 4)
		return ERR_NOTFOUND;
	for (i = 0; i < name.n; i++) {
		if (!char_digit(name.s[i]))
			return ERR_NOTFOUND;
		x = x * 10 + (unsigned int)(name.s[i] - '0');
	}
	*number = x;
	return 0;
}

static struct str
port_alias(struct str name)
{
	struct str value, rest = { NULL, 0 };
	size_t colon;

	while (cmdline_next("port", &rest, &value)) {
		colon = str_rfind(value, ':');
		if (str_eq(str_sub(value, 0, colon), name))
			return str_from(value, colon + 1);
	}
	return name;
}

int
os_port_open(
    const struct os_port_request *req, struct netdev **dev, struct diag *why)
{
	unsigned int number;

	if (port_number(port_alias(req->name), &number) != 0)
		return diag(why, ERR_NOTFOUND,
		    "%.*s: no such port: they are numbered in a guest",
		    STR_ARG(req->name));
	return machine->port_open(number, req, dev, why);
}
