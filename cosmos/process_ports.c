/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_ports.c -- ports of a process guest that come and go while it runs.
 *
 *	N=vale0:NAME[,slots=N][,buffers=N]  a port of the switch
 *	N=tap:NAME                          a tap interface
 *	N=bridge:NAME                       one of its own, joined to that
 *bridge
 *
 * A guest in its sandbox opens nothing, so it gets a descriptor: the tap, or a
 * connection to the switch, if it has none, and the right to that port.  What
 * it was created with (the file "spec") changes with it, so that whoever
 * starts it again or moves it knows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/binding.h"
#include "cosmos/process_internal.h"

static bool
port_is(const struct binding_text *p, const char *kind)
{
	return str_is(p->kind, kind) && p->what.n > 0;
}

static struct binding_text
port_parse(const char *text)
{
	struct binding_text p;

	(void)binding_split(str_of(text), &p); /* what is not there is empty */
	return p;
}

bool
process_port_is_given(const char *port)
{
	const struct binding_text p = port_parse(port);

	return port_is(&p, "bridge");
}

int
process_ports_confine(struct cosmos *c, const struct cosmos_spec *spec, int fd)
{
	struct strbuf line = STRBUF_INIT;
	char text[SWITCH_TEXT];
	unsigned int i;
	int status = COSMOS_OK;

	sb_adds(&line, "only");
	for (i = 0; i < spec->nports; i++) {
		struct binding_text p = port_parse(spec->ports[i]);

		if (p.is_switch && p.what.n > 0)
			sb_printf(&line, " %.*s", STR_ARG(p.what));
	}
	sb_addc(&line, '\n');
	if (line.oom)
		status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	else if (!switch_ask(fd, sb_cstr(&line), text))
		status = cosmos_fail(
		    c, COSMOS_E_FAILED, "%s: the switch: %s", spec->name, text);
	sb_fini(&line);
	return status;
}

/* ---- giving one ---- */

/* What goes to the guest: a binding that it knows, words, a descriptor. */
struct gift {
	char binding[192];
	char words[SWITCH_TEXT];
	int fd;
	int granter; /* the connection that grants live as long as; or -1 */
};

static int
gift_tap(struct cosmos *c, const struct process_dir *d,
    const struct binding_text *p, struct gift *gift)
{
	char tap[IFNAMSIZ], bridge[IFNAMSIZ], number[8] = "";
	bool bridged = port_is(p, "bridge");

	if (p->options.n > 0)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%.*s': a process has such a port without options: "
		    "the address is what its router sends with",
		    d->name, STR_ARG(p->what));
	(void)str_copy(p->name, number, sizeof(number));
	tap_name(tap, d, (unsigned int)strtoul(number, NULL, 10));
	if (!str_copy(p->what, bridged ? bridge : tap, IFNAMSIZ))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%.*s' is too long for an interface's name", d->name,
		    STR_ARG(p->what));
	snprintf(gift->binding, sizeof(gift->binding), "%.*s=tap:%s",
	    STR_ARG(p->name), tap);
	if (tap_open(c, d->name, tap, bridged ? bridge : NULL, &gift->fd) !=
	    COSMOS_OK)
		return COSMOS_E_SYSTEM;
	snprintf(gift->words, sizeof(gift->words), "mtu=%u", tap_mtu(tap));
	return COSMOS_OK;
}

/* spec has the port already. */
static int
gift_switch(struct cosmos *c, const struct cosmos_spec *spec,
    const struct binding_text *p, struct gift *gift)
{
	char line[160];
	int status = process_switch(c, &gift->granter);

	if (status != COSMOS_OK)
		return status;
	snprintf(line, sizeof(line), "grant %.*s\n", STR_ARG(p->what));
	if (!switch_ask(gift->granter, line, gift->words))
		return cosmos_fail(c, COSMOS_E_FAILED, "%s: port %.*s: %s",
		    spec->name, STR_ARG(p->name), gift->words);
	status = process_switch(c, &gift->fd);
	return status == COSMOS_OK ? process_ports_confine(c, spec, gift->fd)
	                           : status;
}

static int
gift_ask(struct cosmos *c, const struct cosmos_guest *g, int fd,
    enum control_op op, const char *path, const char *words)
{
	unsigned int router = CONTROL_ANY_ROUTER;
	struct strbuf reply = STRBUF_INIT;
	int status = process_ask_passing(
	    c, g, fd, op, &router, str_of(path), str_of(words), &reply);

	status =
	    status < 0 ? -status : control_said(c, g->name, status, &reply);
	sb_fini(&reply);
	return status;
}

static int
port_give(struct cosmos *c, const struct cosmos_guest *g,
    const struct process_dir *d, const struct cosmos_spec *spec,
    const char *port)
{
	struct gift gift = { .fd = -1, .granter = -1 };
	struct binding_text p = port_parse(port);
	int status;

	if (strlen(port) >= sizeof(gift.binding))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: port '%.100s...' is too long", g->name, port);
	strcpy(gift.binding, port);
	if (p.is_switch)
		status = gift_switch(c, spec, &p, &gift);
	else
		status = gift_tap(c, d, &p, &gift);
	if (status == COSMOS_OK)
		status = gift_ask(
		    c, g, gift.fd, CONTROL_ATTACH, gift.binding, gift.words);
	if (gift.fd >= 0)
		close(gift.fd);
	if (gift.granter >= 0)
		close(gift.granter);
	return status;
}

bool
process_ports_are_given(const struct cosmos_spec *spec)
{
	unsigned int i = 0;

	while (i < spec->nports && !process_port_is_given(spec->ports[i]))
		i++;
	return i < spec->nports;
}

int
process_ports_give(struct cosmos *c, const struct cosmos_guest *g,
    const struct process_dir *d, const struct cosmos_spec *spec)
{
	unsigned int i;
	int status = COSMOS_OK;

	for (i = 0; i < spec->nports && status == COSMOS_OK; i++)
		if (process_port_is_given(spec->ports[i]))
			status = port_give(c, g, d, spec, spec->ports[i]);
	return status;
}

/* ---- attach and detach ---- */

/* A guest's folder, its spec, and nobody else at work on that. */
struct change {
	struct process_dir dir;
	struct spec_text spec;
};

static int
change_begin(struct cosmos *c, const struct cosmos_guest *g, struct change *x)
{
	bool alive;
	pid_t pid;
	int status = process_dir_open(c, g->name, &x->dir, &alive, &pid);

	if (status == COSMOS_E_NOTFOUND)
		return cosmos_fail(c, status, "%s: it is gone", g->name);
	if (status != COSMOS_OK)
		return status;
	status = process_dir_ours(c, &x->dir);
	if (status == COSMOS_OK && flock(x->dir.fd, LOCK_EX) != 0)
		status = cosmos_fail_errno(c, "%s", x->dir.path);
	if (status == COSMOS_OK)
		status = process_spec_load(c, &x->dir, &x->spec);
	if (status != COSMOS_OK)
		process_dir_close(&x->dir);
	return status;
}

static void
change_end(struct change *x)
{
	spec_fini(&x->spec);
	process_dir_close(&x->dir);
}

/* Which of the spec's ports has that number; nports: none. */
static unsigned int
change_find(const struct change *x, struct str number)
{
	const struct cosmos_spec *s = &x->spec.spec;
	unsigned int i = 0;

	while (i < s->nports && !str_eq(port_parse(s->ports[i]).name, number))
		i++;
	return i;
}

static int
attach_check(struct cosmos *c, const struct change *x, const char *port)
{
	const struct cosmos_spec *s = &x->spec.spec;
	struct binding_text p = port_parse(port);

	if (p.name.n == 0 || p.what.n == 0 ||
	    strcspn(port, " \t\n") < strlen(port))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%s' is no port: N=vale0:NAME, N=tap:NAME or "
		    "N=bridge:NAME",
		    s->name, port);
	if (!p.is_switch && !port_is(&p, "tap") && !port_is(&p, "bridge"))
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: port %s: what can be attached to a process guest is "
		    "vale0:NAME, tap:NAME and bridge:NAME",
		    s->name, port);
	if (change_find(x, p.name) < s->nports)
		return cosmos_fail(c, COSMOS_E_EXISTS,
		    "%s: it has a port %.*s: detach that first", s->name,
		    STR_ARG(p.name));
	if (s->nports == COSMOS_PORTS_MAX)
		return cosmos_fail(c, COSMOS_E_FULL,
		    "%s: it has %d ports, the most there can be", s->name,
		    COSMOS_PORTS_MAX);
	return COSMOS_OK;
}

int
process_attach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	struct change x;
	int status = change_begin(c, g, &x);

	if (status != COSMOS_OK)
		return status;
	status = attach_check(c, &x, port);
	if (status == COSMOS_OK) {
		x.spec.ports[x.spec.spec.nports++] = port;
		status = port_give(c, g, &x.dir, &x.spec.spec, port);
	}
	if (status == COSMOS_OK)
		status = spec_replace(c, x.dir.fd, x.dir.path, &x.spec.spec);
	change_end(&x);
	return status;
}

int
process_detach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	char line[160], why[SWITCH_TEXT];
	struct change x;
	struct binding_text p;
	unsigned int i;
	int status = change_begin(c, g, &x);

	if (status != COSMOS_OK)
		return status;
	i = change_find(&x, str_of(port));
	if (i == x.spec.spec.nports) {
		status = cosmos_fail(c, COSMOS_E_NOTFOUND,
		    "%s: it has no port %s", g->name, port);
		change_end(&x);
		return status;
	}
	p = port_parse(x.spec.ports[i]);
	status = gift_ask(c, g, -1, CONTROL_DETACH, port, "");
	if (status == COSMOS_OK && p.is_switch) {
		snprintf(line, sizeof(line), "revoke %.*s\n", STR_ARG(p.what));
		/* Where no switch is there is no right either. */
		(void)switch_tell(line, why);
	}
	if (status == COSMOS_OK) {
		x.spec.ports[i] = x.spec.ports[--x.spec.spec.nports];
		status = spec_replace(c, x.dir.fd, x.dir.path, &x.spec.spec);
	}
	change_end(&x);
	return status;
}
