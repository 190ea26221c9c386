/* SPDX-License-Identifier: BSD-3-Clause */
/* request_guest.c -- the requests of processes that share a region with us. */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/hash.h"
#include "vale/conn.h"
#include "vale/kinds.h"
#include "vale/number.h"

/* The number of key in words, at most max; ERR_INVAL. */
static int
word_number(struct str words, const char *key, uint64_t max, uint32_t *out,
    struct diag *why)
{
	struct str v = word_value(words, key);
	uint64_t x;

	if (!number_parse(v, max, &x))
		return diag(why, ERR_INVAL, "%s=%.*s: not a number up to %llu",
		    key, STR_ARG(v), (unsigned long long)max);
	*out = (uint32_t)x;
	return 0;
}

/* ---- the worker found more than the doorbell in a guest's socket ---- */

static void
guest_mail(struct vale_guest *g)
{
	static const uint64_t one = 1;
	struct conn *c = g->mail_arg;

	store_release(&c->mailed, 1);
	(void)!write(c->server->mail, &one, sizeof(one)); /* full wakes, too */
}

/* ---- coming and going ---- */

/* A new region, or the one whose descriptor came along. */
static int
guest_region(struct server *s, struct conn *c, struct vale_guest *g,
    struct answer *a, struct diag *why)
{
	struct netring_layout l = g->region.layout;
	int err = netring_layout_make(&l, why);

	if (err != 0)
		return err;
	if (l.size > s->options.guest_memory)
		return diag(why, ERR_RANGE,
		    "region of %llu bytes: at most %llu are allowed",
		    (unsigned long long)l.size,
		    (unsigned long long)s->options.guest_memory);
	if (c->nfds > 0)
		return region_adopt(&g->region, s->generation, c->fds[0], why);
	return region_make(&g->region, s->generation, &a->fds[1], why);
}

static int
guest_parse(struct vale_guest *g, struct str args, struct diag *why)
{
	struct netring_layout *l = &g->region.layout;
	int err = word_number(args, "slots", NETRING_SLOTS_MAX, &l->slots, why);

	if (err == 0)
		err = word_number(
		    args, "buffers", NETRING_BUFFERS_MAX, &l->buffers, why);
	if (err == 0)
		err = word_number(
		    args, "ports", NETRING_PORTS_MAX, &l->ports, why);
	if (err == 0)
		err = word_number(
		    args, "features", UINT32_MAX, &g->features, why);
	g->features &= REGION_FEATURES;
	return err;
}

int
request_guest(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct vale_guest *g;
	uint32_t version;
	int err;

	if (c == NULL || c->guest != NULL)
		return diag(why, ERR_EXIST, "guest: once a connection");
	if (word_number(args, "version", UINT32_MAX, &version, NULL) != 0 ||
	    version != NETRING_VERSION)
		return diag(why, ERR_NOTSUP,
		    "guest: this switch speaks netring version %d, not '%.*s'",
		    NETRING_VERSION, STR_ARG(word_value(args, "version")));
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	g->vale = s->vale;
	g->socket = c->fd;
	g->worker = -1;
	g->mail = guest_mail;
	g->mail_arg = c;
	err = guest_parse(g, args, why);
	if (err == 0)
		err = guest_region(s, c, g, a, why);
	if (err != 0)
		goto free_guest;
	g->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (g->event >= 0)
		err = server_check_fd(s, g->event, why);
	if (err != 0)
		goto unmap;
	a->fds[0] = g->event < 0 ? -1 : dup(g->event);
	if (a->fds[0] < 0) {
		err = diag(why, ERR_IO, "eventfd: %s", strerror(errno));
		goto unmap;
	}
	sb_printf(&a->text, "version=%d size=%llu generation=%u features=%u\n",
	    NETRING_VERSION, (unsigned long long)g->region.layout.size,
	    s->generation, g->features);
	c->guest = g;
	return 0;

unmap:
	if (g->event >= 0)
		close(g->event);
	region_unmap(&g->region);
free_guest:
	free(g);
	return err;
}

static bool
guest_has_ports(const struct vale_guest *g)
{
	for (uint32_t i = 0; i < NETRING_PORTS_MAX; i++)
		if (g->port[i] != NULL)
			return true;
	return false;
}

void
conn_free_guest(struct conn *c)
{
	struct vale_guest *g = c->guest;

	if (g == NULL)
		return;
	/* The front last, so that it need not move from one to the next. */
	for (uint32_t i = 0; i < NETRING_PORTS_MAX; i++)
		if (g->port[i] != NULL && g->port[i] != g->front)
			vale_port_detach(g->port[i]);
	for (uint32_t i = 0; i < NETRING_PORTS_MAX; i++)
		if (g->port[i] != NULL)
			vale_port_detach(g->port[i]);
	region_unmap(&g->region);
	close(g->event);
	free(g);
	c->guest = NULL;
}

/* ---- ports ---- */

/* An address that is the same each time: local, of one station. */
static void
port_address(struct vale_port *p, struct str sw, struct str name)
{
	uint64_t h = hash_bytes(name.s, name.n, hash_str(sw));

	memcpy(p->mac, &h, 6);
	p->mac[0] = (uint8_t)((p->mac[0] & 0xfc) | 2);
}

/* What the policy says of the port, and the guard that a tenant has. */
static int
port_settings(
    struct conn *c, struct vale_port *p, struct str settings, struct diag *why)
{
	struct str mac = word_value(settings, "mac");
	struct strbuf all = STRBUF_INIT;
	struct str words, first = str_sub(mac, 0, str_find(mac, ',', 0));
	int err = 0;

	if (mac.n > 0)
		(void)ether_parse(first, p->mac); /* checked when read */
	if (!policy_owner(c->server->options.policy, &c->peer)) {
		sb_adds(&all, "guard=on mac=");
		sb_ether_colon(&all, p->mac);
		sb_addc(&all, ' ');
	}
	sb_add(&all, settings);
	words = sb_str(&all);
	for (struct str w = str_word(&words); w.n > 0 && err == 0;
	     w = str_word(&words)) {
		size_t eq = str_find(w, '=', 0);

		err = vale_set(p, str_sub(w, 0, eq), str_from(w, eq + 1), why);
	}
	if (err == 0 && all.oom)
		err = diag(why, ERR_NOMEM, "out of memory");
	sb_fini(&all);
	return err;
}

static int
port_open(struct server *s, struct conn *c, struct vale_attach *at,
    struct str settings, struct answer *a, struct diag *why)
{
	struct vale_guest *g = c->guest;
	struct vale_port *p;
	int err;

	/* From here on the front's worker reads the socket. */
	if (g->front == NULL)
		(void)vale_watch(s->vale, c->fd, 0, NULL, NULL);
	err = vale_attach(s->vale, at, &p, why);
	if (err == 0) {
		port_address(p, at->switch_name, at->name);
		err = port_settings(c, p, settings, why);
		if (err != 0)
			vale_port_detach(p);
	}
	if (err != 0) {
		(void)conn_watch(c);
		return err;
	}
	g->worker = (int)vale_port_worker(p);
	sb_printf(&a->text, "mtu=%u mac=", p->mtu);
	sb_ether_colon(&a->text, p->mac);
	sb_addc(&a->text, '\n');
	return 0;
}

int
request_port(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str word = str_word(&args), settings;
	size_t colon = str_find(word, ':', 0);
	struct vale_attach at = { .switch_name = str_sub(word, 0, colon),
		.name = str_from(word, colon + 1),
		.with = &vale_kind_ring };
	uint32_t i;
	int err;

	if (c == NULL || c->guest == NULL)
		return diag(why, ERR_INVAL, "port: first say guest");
	err = word_number(
	    args, "index", c->guest->region.layout.ports - 1, &i, why);
	if (err != 0)
		return err;
	if (c->guest->port[i] != NULL)
		return diag(why, ERR_EXIST, "port %u: is open already", i);
	if (!conn_may_open(c, word))
		return diag(why, ERR_PERM, "%.*s: not a port of this guest",
		    STR_ARG(word));
	if (!policy_may_open(s->options.policy, &c->peer, at.switch_name,
	        at.name, &settings))
		return diag(why, ERR_PERM, "%.*s: not for user %u",
		    STR_ARG(word), (unsigned int)c->peer.uid);
	c->guest_port[i] = (struct vale_guest_port){ c->guest, i };
	at.context = &c->guest_port[i];
	at.worker = c->guest->worker;
	return port_open(s, c, &at, settings, a, why);
}

int
request_close(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	uint32_t i;
	int err;

	(void)s;
	(void)a;
	if (c == NULL || c->guest == NULL)
		return diag(why, ERR_INVAL, "close: first say guest");
	err = word_number(
	    args, "index", c->guest->region.layout.ports - 1, &i, why);
	if (err != 0)
		return err;
	if (c->guest->port[i] == NULL)
		return diag(why, ERR_NOTFOUND, "port %u: is not open", i);
	vale_port_detach(c->guest->port[i]);
	return guest_has_ports(c->guest) ? 0 : conn_watch(c);
}
