/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port.c -- os_port_open(): which port a name stands for.
 *
 * The bindings of the command line come first; vale0:NAME is a port of a
 * switch, any other name a Linux network interface.
 */
#include "host/port.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/binding.h"
#include "base/proto.h"
#include "base/strbuf.h"
#include "host/host.h"
#include "host/shared.h"

struct binding {
	struct binding *next;
	struct str name, args; /* owned */
	const struct port_kind *kind;
	void *prepared;
};

/* What the program has bound and opened; routers come and go. */
static struct {
	struct spinlock lock;
	struct binding *bindings;
	struct host_port *open;
} ports;

static const struct port_kind *const port_kinds[] = {
	&port_mem,
	&port_pcap,
	&port_replay,
	&port_tap,
	&port_af_packet,
	&port_vale,
};

static const struct port_kind *
port_kind_find(struct str name)
{
	if (binding_names_switch(name))
		return &port_vale;
	for (size_t i = 0; i < ARRAY_SIZE(port_kinds); i++)
		if (str_is(name, port_kinds[i]->name))
			return port_kinds[i];
	return NULL;
}

static int
port_kind_unknown(struct str kind, struct diag *why)
{
	struct strbuf names = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(port_kinds); i++)
		sb_printf(&names, " %s:%s", port_kinds[i]->name,
		    port_kinds[i]->usage);
	diag(why, ERR_INVAL, "unknown kind of port '%.*s'; there are%s",
	    STR_ARG(kind), sb_cstr(&names));
	sb_fini(&names);
	return ERR_INVAL;
}

static struct binding *
binding_find(struct str name)
{
	for (struct binding *b = ports.bindings; b != NULL; b = b->next)
		if (str_eq(b->name, name))
			return b;
	return NULL;
}

static void
binding_free(struct binding *b)
{
	str_free(&b->name);
	str_free(&b->args);
	free(b);
}

static int
binding_check(struct str text, struct diag *why)
{
	struct binding_text b;

	if (!binding_split(text, &b))
		return diag(why, ERR_INVAL, "port '%.*s': not NAME=KIND:...",
		    STR_ARG(text));
	if (port_kind_find(b.kind) == NULL)
		return port_kind_unknown(b.kind, why);
	if (binding_find(b.name) != NULL)
		return diag(
		    why, ERR_EXIST, "port '%.*s' bound twice", STR_ARG(b.name));
	return 0;
}

/* Of a text that was checked; NULL: no memory. */
static struct binding *
binding_new(struct str text)
{
	struct binding *b = calloc(1, sizeof(*b));
	struct binding_text t;

	if (b == NULL || !binding_split(text, &t)) {
		free(b);
		return NULL;
	}
	b->kind = port_kind_find(t.kind);
	b->name = str_dup(t.name);
	b->args = str_dup(t.args);
	if (b->name.s != NULL && b->args.s != NULL)
		return b;
	binding_free(b);
	return NULL;
}

/* Routers look while they open their ports. */
static void
binding_add(struct binding *b)
{
	spin_lock(&ports.lock);
	b->next = ports.bindings;
	ports.bindings = b;
	spin_unlock(&ports.lock);
}

int
port_bind(struct str text, struct diag *why)
{
	struct binding *b;
	int err = binding_check(text, why);

	if (err != 0)
		return err;
	b = binding_new(text);
	if (b == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	binding_add(b);
	return 0;
}

/* fd is the kind's, or closed, when this returns. */
static int
binding_give(struct binding *b, int fd, struct str words, struct diag *why)
{
	if (fd >= 0 && b->kind->give != NULL)
		return b->kind->give(b->args, fd, words, &b->prepared, why);
	if (fd >= 0)
		close(fd);
	return diag(why, ERR_NOTSUP,
	    "port %.*s: such a port is there from the start or never",
	    STR_ARG(b->name));
}

int
port_attach(struct str text, int fd, struct str words, struct diag *why)
{
	int err = binding_check(text, why);
	struct binding *b = err == 0 ? binding_new(text) : NULL;

	if (b == NULL) {
		if (fd >= 0)
			close(fd);
		return err != 0 ? err : diag(why, ERR_NOMEM, "out of memory");
	}
	err = binding_give(b, fd, words, why);
	if (err == 0)
		binding_add(b);
	else
		binding_free(b);
	return err;
}

/* Whoever has the port of that name open; NULL: nobody. */
static const struct host_port *
port_user(struct str name)
{
	for (const struct host_port *p = ports.open; p != NULL; p = p->next)
		if (str_eq(p->name, name))
			return p;
	return NULL;
}

int
port_detach(struct str name, struct diag *why)
{
	struct binding **at = &ports.bindings, *b;
	const struct host_port *user;
	int err = 0;

	spin_lock(&ports.lock);
	user = port_user(name);
	while (*at != NULL && !str_eq((*at)->name, name))
		at = &(*at)->next;
	b = *at;
	if (user != NULL)
		err = diag(why, ERR_BUSY,
		    "port %.*s: %.*s has it open: stop or remove that first",
		    STR_ARG(name), STR_ARG(user->owner_name));
	else if (b == NULL)
		err = diag(why, ERR_NOTFOUND, "port %.*s: there is none",
		    STR_ARG(name));
	else
		*at = b->next;
	spin_unlock(&ports.lock);
	if (err != 0)
		return err;
	if (b->kind->drop != NULL && b->prepared != NULL)
		b->kind->drop(b->prepared);
	binding_free(b);
	return 0;
}

/* The sandbox may open these ports of the switch, whoever is in it. */
static int
ports_confine(struct diag *why)
{
	struct strbuf names = STRBUF_INIT;
	int err = 0;

	for (const struct binding *b = ports.bindings; b != NULL; b = b->next)
		if (b->kind == &port_vale)
			sb_printf(&names, "%.*s ",
			    STR_ARG(str_sub(
			        b->args, 0, str_find(b->args, ',', 0))));
	if (names.oom)
		err = diag(why, ERR_NOMEM, "out of memory");
	else if (names.n > 0)
		err = shared_confine(str_trim(sb_str(&names)), why);
	sb_fini(&names);
	return err;
}

int
ports_prepare(struct diag *why)
{
	int err = 0;

	for (struct binding *b = ports.bindings; err == 0 && b != NULL;
	     b = b->next)
		if (b->kind->prepare != NULL && b->prepared == NULL)
			err = b->kind->prepare(b->args, &b->prepared, why);
	return err != 0 ? err : ports_confine(why);
}

/* Somebody else's hold on the port of that name, or NULL. */
static struct host_port *
port_held(const struct os_port_request *req)
{
	for (struct host_port *p = ports.open; p != NULL; p = p->next)
		if (p->owner != req->owner && str_eq(p->name, req->name))
			return p;
	return NULL;
}

static struct host_port *
port_find(struct str name)
{
	for (struct host_port *p = ports.open; p != NULL; p = p->next)
		if (!p->kind->private && str_eq(p->name, name))
			return p;
	return NULL;
}

/* What a name stands for that was not bound. */
static const struct port_kind *
port_kind_of(struct str name)
{
	size_t colon = str_find(name, ':', 0);

	return colon < name.n && binding_names_switch(str_sub(name, 0, colon))
	           ? &port_vale
	           : &port_af_packet;
}

static void
port_set_waiter(struct host_port *p, const struct os_port_request *req)
{
	if ((req->what & NETDEV_RX) != 0)
		p->waiter[NETDEV_RX] = req->waiter;
	if ((req->what & NETDEV_TX) != 0)
		p->waiter[NETDEV_TX] = req->waiter;
}

static void
port_free(struct host_port *p)
{
	str_free(&p->name);
	str_free(&p->owner_name);
	free(p);
}

static int
port_new(const struct port_kind *kind, struct str args, void *prepared,
    const struct os_port_request *req, struct host_port **out, struct diag *why)
{
	struct host_port *p = calloc(1, kind->size);
	int err;

	if (p == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	p->kind = kind;
	p->prepared = prepared;
	p->refs = 1;
	p->dev.mtu = 1500;
	p->dev.link = true;
	port_set_waiter(p, req);
	p->owner = req->owner;
	p->owner_name = str_dup(req->owner_name);
	p->name = str_dup(req->name);
	if (p->name.s == NULL || p->owner_name.s == NULL)
		err = diag(why, ERR_NOMEM, "out of memory");
	else
		err = kind->open(p, args, req, why);
	if (err != 0) {
		port_free(p);
		return err;
	}
	*out = p;
	return 0;
}

int
os_port_open(
    const struct os_port_request *req, struct netdev **dev, struct diag *why)
{
	const struct binding *b;
	struct host_port *p;
	int err = 0;

	spin_lock(&ports.lock);
	p = port_held(req);
	if (p != NULL)
		err = diag(why, ERR_BUSY, "port %.*s: held by %.*s",
		    STR_ARG(req->name), STR_ARG(p->owner_name));
	p = port_find(req->name);
	b = binding_find(req->name);
	if (err != 0) {
		p = NULL;
	} else if (p != NULL) {
		p->refs++;
		port_set_waiter(p, req);
	} else {
		err = port_new(b != NULL ? b->kind : port_kind_of(req->name),
		    b != NULL ? b->args : req->name,
		    b != NULL ? b->prepared : NULL, req, &p, why);
		if (err == 0) {
			p->next = ports.open;
			ports.open = p;
		}
	}
	spin_unlock(&ports.lock);
	if (err == 0)
		*dev = &p->dev;
	return err;
}

void
port_close(struct netdev *dev)
{
	struct host_port *p = container_of(dev, struct host_port, dev);
	struct host_port **link = &ports.open;

	spin_lock(&ports.lock);
	if (--p->refs > 0) {
		spin_unlock(&ports.lock);
		return;
	}
	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	spin_unlock(&ports.lock);
	p->kind->close(p);
	port_free(p);
}

void
port_stats(struct netdev *dev, struct netdev_stats *s)
{
	*s = container_of(dev, struct host_port, dev)->stats;
}

void
port_ready(struct host_port *p, unsigned int what)
{
	if (p->dev.ready[what] != NULL)
		p->dev.ready[what](p->dev.ready_arg[what], what);
}

enum packet_type
port_packet_type(
    const struct host_port *p, const uint8_t *frame, uint32_t length)
{
	static const uint8_t zero[6];

	if (length < 6 || (p->dev.features & NETDEV_IP) != 0)
		return PACKET_HOST;
	if (frame[0] & 1) {
		for (int i = 0; i < 6; i++)
			if (frame[i] != 0xff)
				return PACKET_MULTICAST;
		return PACKET_BROADCAST;
	}
	/* A port without an address of its own takes everything as its. */
	if (memcmp(p->dev.mac, zero, 6) == 0 ||
	    memcmp(p->dev.mac, frame, 6) == 0)
		return PACKET_HOST;
	return PACKET_OTHERHOST;
}

struct packet *
port_receive(struct host_port *p, struct batch *out, const void *frame,
    uint32_t length, int64_t stamp_ns)
{
	struct packet *k =
	    packet_new(out->thread, PACKET_HEADROOM, frame, length, 0);

	if (k == NULL) {
		p->stats.rx_dropped++;
		return NULL;
	}
	k->timestamp_ns = stamp_ns;
	k->type = (uint8_t)port_packet_type(p, k->data, length);
	packet_set_mac(k, k->data);
	p->stats.rx_packets++;
	p->stats.rx_bytes += length;
	batch_add(out, k);
	return k;
}

void
port_taken(struct batch *in, unsigned int n)
{
	in->count -= n;
	memmove(in->packet, in->packet + n, in->count * sizeof(*in->packet));
}

struct str
port_arg(struct str *args)
{
	size_t comma = str_find(*args, ',', 0);
	struct str arg = str_sub(*args, 0, comma);

	*args = str_from(*args, comma + 1);
	return arg;
}
