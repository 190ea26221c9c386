/* SPDX-License-Identifier: BSD-3-Clause */
/* control.c -- links: requests in, answers out. */
#include "clickos/control.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/err.h"
#include "clickos/control_internal.h"
#include "os/os.h"

enum { REQUESTS_AT_ONCE = 16 };

struct control *
control_new(struct guest *g, struct os_waiter *w)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->guest = g;
		c->waiter = w;
	}
	return c;
}

static void
conn_drop_answer(struct conn *c)
{
	struct answer *a = c->first;

	c->first = a->next;
	if (c->first == NULL)
		c->last = &c->first;
	c->answers--;
	c->queued -= a->payload.n;
	str_free(&a->payload);
	free(a);
}

static void
conn_free(struct conn *c)
{
	for (struct request *r = c->control->requests; r != NULL; r = r->next)
		if (r->conn == c)
			r->conn = NULL;
	while (c->first != NULL)
		conn_drop_answer(c);
	assembly_clear(&c->in);
	sb_fini(&c->bytes);
	c->link->ops->close(c->link);
	c->control->nconns--;
	free(c);
}

void
control_free(struct control *c)
{
	struct request *r;
	struct conn *conn;

	while ((conn = c->conns) != NULL) {
		c->conns = conn->next;
		conn_free(conn);
	}
	while ((r = c->requests) != NULL) {
		c->requests = r->next;
		free(r);
	}
	str_free(&c->shutdown);
	free(c);
}

int
control_add(struct control *c, struct control_link *link)
{
	struct conn *conn =
	    c->nconns < CONTROL_LINKS ? calloc(1, sizeof(*conn)) : NULL;

	if (conn == NULL) {
		link->ops->close(link);
		return ERR_NOMEM;
	}
	conn->control = c;
	conn->link = link;
	conn->last = &conn->first;
	conn->next = c->conns;
	c->conns = conn;
	c->nconns++;
	return 0;
}

void
control_answer(struct conn *c, uint32_t id, unsigned int op,
    unsigned int router, int status, struct str payload)
{
	struct answer *a = calloc(1, sizeof(*a));

	if (a == NULL || payload.n > CONTROL_TOTAL_MAX) {
		free(a);
		str_free(&payload);
		c->closed = true;
		return;
	}
	a->payload = payload;
	a->head = (struct message){ .op = op,
		.reply = true,
		.router = router,
		.status = (unsigned int)status,
		.id = id,
		.total = (uint32_t)payload.n };
	*c->last = a;
	c->last = &a->next;
	c->answers++;
	c->queued += payload.n;
}

/* ---- out ---- */

static uint32_t
conn_part(const struct conn *c)
{
	uint32_t max = c->link->payload_max;

	return max == 0 || max > CONTROL_PAYLOAD_MAX ? CONTROL_PAYLOAD_MAX
	                                             : max;
}

/* One part of the first answer.  True: it went out. */
static bool
conn_send(struct conn *c)
{
	struct answer *a = c->first;
	struct message m = a->head;
	int err;

	m.offset = a->sent;
	m.payload =
	    str_sub(a->payload, a->sent, a->sent + (size_t)conn_part(c));
	sb_clear(&c->bytes);
	control_put(&c->bytes, &m);
	err = c->bytes.oom ? ERR_CLOSED
	                   : c->link->ops->send(c->link, sb_str(&c->bytes));
	if (err == ERR_AGAIN)
		return false;
	if (err != 0) {
		c->closed = true;
		return false;
	}
	a->sent += (uint32_t)m.payload.n;
	if (a->sent == a->payload.n)
		conn_drop_answer(c);
	return true;
}

/* ---- in ---- */

static void
conn_refuse(
    struct conn *c, const struct message *m, int status, const struct diag *why)
{
	control_answer(c, m->id, m->op, CONTROL_ANY_ROUTER, status,
	    str_dup(str_of(why->text)));
}

static void
conn_message(struct conn *c)
{
	struct diag why = { "" };
	struct message m;
	int got = control_check(sb_str(&c->bytes), &m, &why);

	if (got == 0 && m.reply)
		got = diag(&why, ERR_PEER, "a guest takes no replies");
	if (got == 0)
		got = assembly_add(&c->in, &m, &why);
	if (got < 0) {
		conn_refuse(c, &m,
		    got == ERR_NOMEM ? CONTROL_E_FULL : CONTROL_E_PROTO, &why);
	} else if (got > 0) {
		control_run(c);
		assembly_clear(&c->in);
	}
}

static bool
conn_listens(const struct conn *c)
{
	return !c->closed && c->answers < CONTROL_QUEUE &&
	       c->queued < CONTROL_QUEUED;
}

/* One message.  True: there was one. */
static bool
conn_receive(struct conn *c)
{
	int got;

	sb_clear(&c->bytes);
	got = c->link->ops->recv(c->link, &c->bytes);
	if (got == 0)
		return false;
	if (got < 0 || c->bytes.oom) {
		c->closed = true;
		return false;
	}
	conn_message(c);
	return true;
}

static bool
conn_step(struct conn *c)
{
	bool done = false;

	for (int i = 0; i < REQUESTS_AT_ONCE && conn_listens(c); i++) {
		if (!conn_receive(c))
			break;
		done = true;
	}
	while (!c->closed && c->first != NULL && conn_send(c))
		done = true;
	return done;
}

/* ---- all of them ---- */

static bool
control_accept(struct control *c)
{
	struct control_link *link;
	bool any = false;

	while (os_control_accept(c->waiter, &link) == 1) {
		/* Too many or no memory: it finds itself closed. */
		(void)control_add(c, link);
		any = true;
	}
	return any;
}

static void
control_end(struct control *c)
{
	bool waiting = false;

	if (c->shutdown.n == 0)
		return;
	for (struct conn *k = c->conns; k != NULL; k = k->next)
		waiting |= k->first != NULL;
	if (waiting && os_steady_ns() < c->shutdown_ns)
		return;
	guest_shutdown(c->guest, c->shutdown);
	str_free(&c->shutdown);
}

int64_t
control_deadline(const struct control *c)
{
	int64_t hold_ns = guest_hold_ends(c->guest);

	return c->shutdown.n > 0 && c->shutdown_ns < hold_ns ? c->shutdown_ns
	                                                     : hold_ns;
}

bool
control_step(struct control *c)
{
	bool done = control_accept(c);
	struct conn **link = &c->conns, *conn;

	guest_poll(c->guest);
	while ((conn = *link) != NULL) {
		done |= conn_step(conn);
		if (conn->closed) {
			*link = conn->next;
			conn_free(conn);
			done = true;
			continue;
		}
		link = &conn->next;
	}
	control_end(c);
	return done;
}
