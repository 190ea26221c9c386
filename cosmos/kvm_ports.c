/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kvm_ports.c -- the network devices of a guest under QEMU; see kvm.h.
 *
 *	N=vale0:NAME     vhost-user to the switch, which is told to listen
 *	N=tap:NAME       a tap interface
 *	N=bridge:NAME    one of its own, joined to that bridge
 *
 * each with ,mac=ADDRESS if it matters.  Numbers go from 0 without a gap: a
 * guest numbers its devices in the order of the command line.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/binding.h"
#include "cosmos/kvm.h"

enum port_kind { PORT_SWITCH, PORT_TAP, PORT_BRIDGE };

struct port {
	enum port_kind kind;
	char name[128]; /* of the switch's port, the interface, the bridge */
	char mac[18];   /* "": one that is made of the guest's */
};

/* What a port says; false: nothing that we know. */
static bool
port_parse(const char *text, unsigned int number, struct port *p)
{
	struct binding_text b;
	struct str mac;
	uint32_t n;

	if (!binding_split(str_of(text), &b) || !binding_number(&b, &n) ||
	    n != number || b.what.n == 0 ||
	    strcspn(text, " \t\n") < strlen(text))
		return false;
	if (str_is(b.kind, "tap"))
		p->kind = PORT_TAP;
	else if (str_is(b.kind, "bridge"))
		p->kind = PORT_BRIDGE;
	else if (b.is_switch)
		p->kind = PORT_SWITCH;
	else
		return false;
	return str_copy(
	           b.what, p->name, b.is_switch ? sizeof(p->name) : IFNAMSIZ) &&
	       binding_option(&b, "mac", &mac) &&
	       (b.options.n == 0 || mac.n == sizeof(p->mac) - 1) &&
	       str_copy(mac, p->mac, sizeof(p->mac));
}

int
kvm_ports_check(struct cosmos *c, const struct cosmos_spec *spec)
{
	struct port p;
	unsigned int i;

	for (i = 0; i < spec->nports; i++)
		if (!port_parse(spec->ports[i], i, &p))
			return cosmos_fail(c, COSMOS_E_USAGE,
			    "%s: port '%s': kvm has %u=vale0:NAME, %u=tap:NAME "
			    "and %u=bridge:NAME, each with ,mac=ADDRESS, from "
			    "0 without a gap",
			    spec->name, spec->ports[i], i, i, i);
	return COSMOS_OK;
}

bool
kvm_ports_share(const struct cosmos_spec *spec)
{
	struct port p;
	unsigned int i;

	for (i = 0; i < spec->nports; i++)
		if (port_parse(spec->ports[i], i, &p) && p.kind == PORT_SWITCH)
			return true;
	return false;
}

/* ---- the switch ---- */

static int
switch_attach(struct cosmos *c, const char *guest, const struct port *p,
    const struct process_dir *d, unsigned int number)
{
	char line[PATH_MAX + 256], why[SWITCH_TEXT];

	snprintf(line, sizeof(line), "attach %s vhost-user:%s/port.%u\n",
	    p->name, d->path, number);
	if (switch_tell(line, why))
		return COSMOS_OK;
	return cosmos_fail(c, COSMOS_E_FAILED, "%s: port %u: %s: %s", guest,
	    number, p->name, why);
}

int
kvm_ports_open(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d)
{
	struct port p;
	unsigned int i;
	int status = COSMOS_OK;

	for (i = 0; i < spec->nports && status == COSMOS_OK; i++)
		if (port_parse(spec->ports[i], i, &p) && p.kind == PORT_SWITCH)
			status = switch_attach(c, spec->name, &p, d, i);
	return status;
}

/* Its sockets tell which it has: another's port of that name stays. */
void
kvm_ports_close(struct cosmos *c, const struct process_dir *d)
{
	struct spec_text s;
	struct port p;
	char file[16], line[160], why[SWITCH_TEXT];
	unsigned int i;

	if (process_spec_load(c, d, &s) == COSMOS_OK)
		for (i = 0; i < s.spec.nports; i++) {
			snprintf(file, sizeof(file), "port.%u", i);
			if (!port_parse(s.spec.ports[i], i, &p) ||
			    faccessat(d->fd, file, F_OK, 0) != 0)
				continue;
			snprintf(line, sizeof(line), "detach %s\n", p.name);
			(void)switch_tell(line, why); /* it may have gone */
			unlinkat(d->fd, file, 0);
		}
	spec_fini(&s);
}

/* ---- QEMU's side ---- */

/* Locally administered, and another for each guest and port. */
static void
port_mac(char mac[static 18], const struct process_dir *d, unsigned int number)
{
	snprintf(mac, 18, "02:%02lx:%02lx:%02lx:%02lx:%02x",
	    d->inode >> 24 & 0xff, d->inode >> 16 & 0xff, d->inode >> 8 & 0xff,
	    d->inode & 0xff, number & 0xff);
}

void
kvm_ports_arguments(
    struct qemu *q, const struct cosmos_spec *spec, const struct process_dir *d)
{
	char tap[IFNAMSIZ];
	struct port p;
	unsigned int i;

	for (i = 0; i < spec->nports; i++) {
		if (!port_parse(spec->ports[i], i, &p))
			continue;
		if (p.mac[0] == '\0')
			port_mac(p.mac, d, i);
		if (p.kind == PORT_SWITCH) {
			qemu_add(q, "-chardev");
			qemu_add(q, "socket,id=port%u,path=%s/port.%u", i,
			    d->path, i);
			qemu_add(q, "-netdev");
			qemu_add(q, "vhost-user,id=net%u,chardev=port%u", i, i);
		} else {
			tap_name(tap, d, i);
			qemu_add(q, "-netdev");
			qemu_add(q,
			    "tap,id=net%u,script=no,downscript=no,ifname=%s", i,
			    p.kind == PORT_TAP ? p.name : tap);
		}
		qemu_add(q, "-device");
		qemu_add(q, "virtio-net-device,netdev=net%u,mac=%s", i, p.mac);
	}
}

int
kvm_ports_join(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d)
{
	char tap[IFNAMSIZ];
	struct port p;
	unsigned int i;
	int status = COSMOS_OK;

	for (i = 0; i < spec->nports && status == COSMOS_OK; i++) {
		if (!port_parse(spec->ports[i], i, &p))
			continue;
		tap_name(tap, d, i);
		if (p.kind == PORT_TAP)
			status = tap_up(c, spec->name, p.name, NULL);
		else if (p.kind == PORT_BRIDGE)
			status = tap_up(c, spec->name, tap, p.name);
	}
	return status;
}
