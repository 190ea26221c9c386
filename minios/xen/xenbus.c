/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xenbus.c -- requests and watches over the store's ring; see xenbus.h.
 *
 * Whoever asks puts an entry into the list of pending requests, sends under
 * the lock and sleeps; answers are matched by id, watch events by token.  The
 * store has PATIENCE_S for each step: a daemon that has died costs an error,
 * and no thread.
 */
#include "minios/xen/xenbus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/xen/event.h"
#include "minios/xen/storering.h"
#include "minios/xen/xen.h"

enum {
	FIRED_MAX = 1024,
	TOLD_MAX = 256, /* unanswered; the ring holds some 50 */
	TRIES = 100,
	PATIENCE_S = 30,
	SECOND_NS = 1000000000,
};

struct transaction {
	struct list node;
	uint32_t id;
	unsigned int unanswered; /* of those told within it */
	int err;                 /* the first of theirs */
	struct waitq answered;
};

struct request {
	struct list node;
	uint32_t id;
	bool done;
	bool told;              /* nobody waits: freed when it is answered */
	bool sending;           /* ... but by its sender while this is so */
	struct transaction *tx; /* of one that is told, or NULL */
	int err;
	struct strbuf *reply;
	struct waitq answered;
	char path[]; /* of one that is told */
};

struct fired {
	struct list node;
	char path[];
};

struct xenbus_watch {
	struct list node;
	char token[12];
	char *path;
	void (*notify)(void *arg);
	void *arg;
	struct list fired;
	unsigned int count;
	bool lost;    /* more than FIRED_MAX, or no memory */
	bool unset;   /* the store of after a resume does not know it ... */
	bool setting; /* ... yet: it must not be freed now */
};

static struct {
	struct storering ring;
	struct mutex lock;  /* who sends */
	struct waitq room;  /* the sender, when the ring is full */
	struct waitq fewer; /* who waits for what others do */
	struct list pending, watches, transactions;
	uint32_t last_id, last_token;
	unsigned int told; /* of the pending */
	bool held;         /* for a suspend: no transaction begins */
	bool broken;
	int64_t quiet_ns; /* until then no refusal is told */
} bus;

static int
xenbus_error(struct str name)
{
	static const struct {
		const char *name;
		int err;
	} table[] = {
		{ "ENOENT", ERR_NOTFOUND },
		{ "EACCES", ERR_PERM },
		{ "EAGAIN", ERR_AGAIN },
		{ "EEXIST", ERR_EXIST },
		{ "EINVAL", ERR_INVAL },
		{ "ENOSPC", ERR_NOMEM },
		{ "ENOMEM", ERR_NOMEM },
		{ "E2BIG", ERR_NOMEM },
		{ "EQUOTA", ERR_NOMEM },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (str_is(name, table[i].name))
			return table[i].err;
	return ERR_IO;
}

/* The payload without the NUL that ends most of them. */
static struct str
xenbus_text(const struct store_message *m)
{
	uint32_t n = m->head.len;

	return str_make(
	    m->payload, n > 0 && m->payload[n - 1] == '\0' ? n - 1 : n);
}

void
xenbus_refused(const char *path, const char *what, int err)
{
	int64_t now = machine->steady_ns();

	if (err == ERR_NOTFOUND || err == ERR_CLOSED || now < bus.quiet_ns)
		return;
	bus.quiet_ns = now + SECOND_NS;
	console_printf("xenstore: %s: not %s: %s\n", path, what,
	    err == ERR_NOMEM ? "no room, or the quota is used up"
	                     : err_text(err));
}

static int64_t
xenbus_deadline(void)
{
	return machine->steady_ns() + (int64_t)PATIENCE_S * SECOND_NS;
}

static int
xenbus_late(const char *what)
{
	int64_t now = machine->steady_ns();

	if (now >= bus.quiet_ns)
		console_printf("xenstore: %s for %d s\n", what, PATIENCE_S);
	bus.quiet_ns = now + SECOND_NS;
	return ERR_TIMEDOUT;
}

static void
xenbus_finish(struct request *r, int err)
{
	struct transaction *t = r->tx;

	list_remove(&r->node);
	bus.told -= r->told;
	r->err = err;
	r->done = true;
	if (t != NULL) {
		if (t->err == 0)
			t->err = err;
		if (--t->unanswered == 0)
			waitq_wake(&t->answered);
	} else if (r->told && err != 0) {
		xenbus_refused(r->path, "written", err);
	}
	if (!r->told)
		waitq_wake(&r->answered);
	else if (!r->sending)
		free(r);
	waitq_wake(&bus.fewer);
}

static void
xenbus_answer(const struct store_message *m)
{
	struct request *r;
	struct str all = str_make(m->payload, m->head.len);

	list_each(node, &bus.pending)
	{
		r = container_of(node, struct request, node);
		if (r->id != m->head.req_id)
			continue;
		if (m->head.type == XS_ERROR) {
			xenbus_finish(r, xenbus_error(xenbus_text(m)));
			return;
		}
		if (r->reply != NULL)
			sb_add(r->reply, all);
		xenbus_finish(
		    r, r->reply != NULL && r->reply->oom ? ERR_NOMEM : 0);
		return;
	}
}

static void
xenbus_queue(struct xenbus_watch *w, const char *path)
{
	size_t n = strlen(path) + 1;
	struct fired *f;

	f = w->count < FIRED_MAX ? malloc(sizeof(*f) + n) : NULL;
	if (f == NULL) {
		w->lost = true;
	} else {
		memcpy(f->path, path, n);
		list_append(&w->fired, &f->node);
		w->count++;
	}
	if (w->notify != NULL)
		w->notify(w->arg);
}

/* Payload: path NUL token NUL; the ring's code has put a NUL after it. */
static void
xenbus_fire(const struct store_message *m)
{
	size_t n = strlen(m->payload);
	const char *token = m->payload + n + 1;
	struct xenbus_watch *w;

	if (n + 1 >= m->head.len)
		return;
	list_each(node, &bus.watches)
	{
		w = container_of(node, struct xenbus_watch, node);
		if (strcmp(w->token, token) == 0) {
			xenbus_queue(w, m->payload);
			return;
		}
	}
}

static void
xenbus_end_pending(bool only_told, int err)
{
	struct list *node = bus.pending.next, *next;

	for (; node != &bus.pending; node = next) {
		struct request *r = container_of(node, struct request, node);

		next = node->next;
		if (r->told || !only_told)
			xenbus_finish(r, err);
	}
}

static void
xenbus_break(const char *why)
{
	if (!bus.broken)
		console_printf("xenstore: %s\n", why);
	bus.broken = true;
	xenbus_end_pending(false, ERR_CLOSED);
	waitq_wake(&bus.room);
}

static void
xenbus_event(void *arg)
{
	const struct store_message *m;
	int got;

	(void)arg;
	while ((got = storering_receive(&bus.ring, &m)) > 0) {
		if (m->head.type == XS_WATCH_EVENT)
			xenbus_fire(m);
		else
			xenbus_answer(m);
	}
	if (got < 0)
		xenbus_break("nonsense in the ring");
	if (storering_kick(&bus.ring))
		event_send(xen.store_port);
	waitq_wake(&bus.room);
}

void
xenbus_init(void)
{
	bus.broken = bus.held = false;
	bus.quiet_ns = 0;
	bus.told = 0;
	list_init(&bus.pending);
	list_init(&bus.watches);
	list_init(&bus.transactions);
	waitq_init(&bus.room);
	waitq_init(&bus.fewer);
	waitq_init(&bus.lock.waiters);
	storering_init(
	    &bus.ring, (struct xenstore_domain_interface *)xen.store_page);
	event_handle(xen.store_port, xenbus_event, NULL);
}

/* Sends the message that has still to go, part by part as there is room. */
static int
xenbus_flush(int64_t deadline)
{
	int sent;

	while (storering_busy(&bus.ring)) {
		if (bus.broken)
			return ERR_CLOSED;
		sent = storering_flush(&bus.ring);
		if (sent < 0) {
			xenbus_break("nonsense in the ring");
			return ERR_CLOSED;
		}
		event_send(xen.store_port);
		if (sent == 0 && !waitq_sleep(&bus.room, deadline))
			return xenbus_late("no request taken");
	}
	return bus.broken ? ERR_CLOSED : 0;
}

struct part {
	const void *p;
	size_t n;
};

static int
xenbus_send(struct request *r, uint32_t type, uint32_t tx,
    const struct part *part, unsigned int count)
{
	struct xsd_sockmsg head = {
		.type = type, .tx_id = tx, .req_id = r->id
	};
	int64_t deadline = xenbus_deadline();
	unsigned int i;
	int err;

	for (i = 0; i < count; i++)
		head.len += (uint32_t)part[i].n;
	if (head.len > XENSTORE_PAYLOAD_MAX)
		return ERR_NOMEM;
	err = xenbus_flush(deadline); /* what somebody gave up */
	if (err != 0)
		return err;
	storering_put(&bus.ring, &head, sizeof(head));
	for (i = 0; i < count; i++)
		storering_put(&bus.ring, part[i].p, part[i].n);
	err = xenbus_flush(deadline);
	if (err != 0)
		storering_withdraw(&bus.ring);
	return err;
}

/* Puts r among the pending and sends it; on failure it is not there. */
static int
xenbus_request(struct request *r, uint32_t type, uint32_t tx,
    const struct part *part, unsigned int count)
{
	int err;

	waitq_init(&r->answered);
	mutex_lock(&bus.lock);
	r->id = ++bus.last_id;
	list_append(&bus.pending, &r->node);
	bus.told += r->told;
	err = xenbus_send(r, type, tx, part, count);
	mutex_unlock(&bus.lock);
	return err;
}

/* One request and its answer, appended to *reply if that is not NULL. */
static int
xenbus_ask(uint32_t type, uint32_t tx, const struct part *part,
    unsigned int count, struct strbuf *reply)
{
	struct request r = { .reply = reply };
	int err = xenbus_request(&r, type, tx, part, count);
	int64_t deadline = xenbus_deadline();

	while (err == 0 && !r.done)
		if (!waitq_sleep(&r.answered, deadline))
			err = xenbus_late("no answer");
	if (r.done)
		return err != 0 ? err : r.err;
	xenbus_finish(&r, err);
	return err;
}

static struct transaction *
xenbus_transaction(uint32_t id)
{
	list_each(node, &bus.transactions)
	{
		struct transaction *t =
		    container_of(node, struct transaction, node);

		if (t->id == id)
			return t;
	}
	return NULL;
}

/* A store that does not answer what it is told has no more of it than so. */
static void
xenbus_wait_told(void)
{
	int64_t deadline = xenbus_deadline();

	while (bus.told >= TOLD_MAX)
		if (!waitq_sleep(&bus.fewer, deadline))
			xenbus_end_pending(true, xenbus_late("no answer"));
}

/*
 * One request, for the path in its first part, whose answer goes to its
 * transaction, if to anybody.
 */
static int
xenbus_tell_parts(
    uint32_t type, uint32_t tx, const struct part *part, unsigned int count)
{
	struct request *r = calloc(1, sizeof(*r) + part[0].n);
	struct transaction *t = tx != 0 ? xenbus_transaction(tx) : NULL;
	int err;

	if (r == NULL)
		return ERR_NOMEM;
	memcpy(r->path, part[0].p, part[0].n);
	r->told = r->sending = true;
	r->tx = t;
	xenbus_wait_told();
	if (t != NULL)
		t->unanswered++;
	err = xenbus_request(r, type, tx, part, count);
	r->sending = false;
	if (r->done)
		free(r);
	else if (err != 0)
		xenbus_finish(r, err);
	return err;
}

static int
xenbus_ask_path(
    uint32_t type, uint32_t tx, const char *path, struct strbuf *reply)
{
	const struct part part = { path, strlen(path) + 1 };

	return xenbus_ask(type, tx, &part, 1, reply);
}

int
xenbus_read(uint32_t tx, const char *path, struct strbuf *out)
{
	return xenbus_ask_path(XS_READ, tx, path, out);
}

int
xenbus_list(uint32_t tx, const char *path, struct strbuf *out)
{
	return xenbus_ask_path(XS_DIRECTORY, tx, path, out);
}

int
xenbus_mkdir(uint32_t tx, const char *path)
{
	return xenbus_ask_path(XS_MKDIR, tx, path, NULL);
}

int
xenbus_rm(uint32_t tx, const char *path)
{
	return xenbus_ask_path(XS_RM, tx, path, NULL);
}

/* Within a transaction the errors of these are its own: xenbus_transact(). */
int
xenbus_write(uint32_t tx, const char *path, struct str value)
{
	const struct part part[] = {
		{ path, strlen(path) + 1 },
		{ value.s, value.n },
	};

	return tx != 0 ? xenbus_tell_parts(XS_WRITE, tx, part, 2)
	               : xenbus_ask(XS_WRITE, tx, part, 2, NULL);
}

void
xenbus_tell(const char *path, struct str value)
{
	const struct part part[] = {
		{ path, strlen(path) + 1 },
		{ value.s, value.n },
	};

	(void)xenbus_tell_parts(XS_WRITE, 0, part, 2); /* nobody could act */
}

void
xenbus_tell_rm(const char *path)
{
	const struct part part = { path, strlen(path) + 1 };

	(void)xenbus_tell_parts(XS_RM, 0, &part, 1); /* nobody could act */
}

int
xenbus_write_u32(uint32_t tx, const char *path, uint32_t x)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", x);
	return xenbus_write(tx, path, str_of(text));
}

/* A decimal number and nothing else. */
static int
xenbus_number(struct str s, uint32_t *x)
{
	uint64_t sum = 0;
	size_t i;

	if (s.n == 0)
		return ERR_SYNTAX;
	for (i = 0; i < s.n; i++) {
		if (!char_digit(s.s[i]))
			return ERR_SYNTAX;
		sum = sum * 10 + (uint64_t)(s.s[i] - '0');
		if (sum > UINT32_MAX)
			return ERR_SYNTAX;
	}
	*x = (uint32_t)sum;
	return 0;
}

int
xenbus_read_u32(uint32_t tx, const char *path, uint32_t *x)
{
	struct strbuf text = STRBUF_INIT;
	int err = xenbus_read(tx, path, &text);

	if (err == 0)
		err = xenbus_number(sb_str(&text), x);
	sb_fini(&text);
	return err;
}

static int
xenbus_begin(uint32_t *tx)
{
	struct strbuf text = STRBUF_INIT;
	int err = xenbus_ask_path(XS_TRANSACTION_START, 0, "", &text);
	struct str id = sb_str(&text);

	if (err == 0 && id.n > 0 && id.s[id.n - 1] == '\0')
		id.n--;
	if (err == 0)
		err = xenbus_number(id, tx);
	sb_fini(&text);
	return err;
}

/* Those that are not answered in time go on as nobody's. */
static void
xenbus_wait_transaction(struct transaction *t)
{
	int64_t deadline = xenbus_deadline();

	while (t->unanswered > 0 && waitq_sleep(&t->answered, deadline))
		;
	if (t->unanswered > 0)
		t->err = xenbus_late("no answer");
	list_each(node, &bus.pending)
	{
		struct request *r = container_of(node, struct request, node);

		if (r->tx == t)
			r->tx = NULL;
	}
}

static int
xenbus_transact_once(int (*body)(uint32_t tx, void *arg), void *arg)
{
	struct transaction t = { .unanswered = 0 };
	int end, err;

	while (bus.held)
		waitq_sleep(&bus.fewer, INT64_MAX);
	waitq_init(&t.answered);
	list_append(&bus.transactions, &t.node);
	err = xenbus_begin(&t.id);
	if (err == 0) {
		err = body(t.id, arg);
		xenbus_wait_transaction(&t);
		if (err == 0)
			err = t.err;
		end = xenbus_ask_path(
		    XS_TRANSACTION_END, t.id, err == 0 ? "T" : "F", NULL);
		if (err == 0)
			err = end;
	}
	list_remove(&t.node);
	waitq_wake(&bus.fewer);
	return err;
}

int
xenbus_transact(int (*body)(uint32_t tx, void *arg), void *arg)
{
	unsigned int tries;
	int err;

	for (tries = 0; tries < TRIES; tries++) {
		err = xenbus_transact_once(body, arg);
		if (err != ERR_AGAIN)
			return err;
	}
	return ERR_AGAIN;
}

/* It exists: a resume has set it before its maker did. */
static int
xenbus_set_watch(uint32_t type, const struct xenbus_watch *w)
{
	const struct part part[] = {
		{ w->path, strlen(w->path) + 1 },
		{ w->token, strlen(w->token) + 1 },
	};
	int err = xenbus_ask(type, 0, part, 2, NULL);

	return err == ERR_EXIST ? 0 : err;
}

/* No resume finds w any more, and the one that has found it is done with it. */
static void
xenbus_watch_hide(struct xenbus_watch *w)
{
	list_remove(&w->node);
	while (w->setting)
		waitq_sleep(&bus.fewer, INT64_MAX);
}

static void
xenbus_watch_free(struct xenbus_watch *w)
{
	char *path;

	xenbus_watch_hide(w);
	while (!list_empty(&w->fired)) {
		path = xenbus_watch_next(w);
		free(path);
	}
	free(w->path);
	free(w);
}

int
xenbus_watch(const char *path, void (*notify)(void *arg), void *arg,
    struct xenbus_watch **watch)
{
	struct xenbus_watch *w = calloc(1, sizeof(*w));
	int err;

	if (w == NULL)
		return ERR_NOMEM;
	list_init(&w->fired);
	w->notify = notify;
	w->arg = arg;
	snprintf(w->token, sizeof(w->token), "w%u", ++bus.last_token);
	list_append(&bus.watches, &w->node);
	w->path = strdup(path);
	err = w->path == NULL ? ERR_NOMEM : xenbus_set_watch(XS_WATCH, w);
	if (err != 0) {
		xenbus_watch_free(w);
		return err;
	}
	*watch = w;
	return 0;
}

void
xenbus_unwatch(struct xenbus_watch *w)
{
	xenbus_watch_hide(w);
	/* That it fails means that it is gone already. */
	(void)xenbus_set_watch(XS_UNWATCH, w);
	xenbus_watch_free(w);
}

char *
xenbus_watch_next(struct xenbus_watch *w)
{
	struct list *node = list_pop(&w->fired);
	struct fired *f;
	char *path;

	if (node == NULL) {
		if (!w->lost)
			return NULL;
		path = strdup(w->path);
		w->lost = path == NULL;
		return path;
	}
	f = container_of(node, struct fired, node);
	w->count--;
	/* The list's node is no longer needed: the path moves to the front. */
	memmove(f, f->path, strlen(f->path) + 1);
	return (char *)f;
}

void
xenbus_suspend(void)
{
	int64_t deadline = xenbus_deadline();

	/* Another connection knows nothing of those that are under way. */
	bus.held = true;
	while (
	    !list_empty(&bus.transactions) && waitq_sleep(&bus.fewer, deadline))
		;
	mutex_lock(&bus.lock);
	while (!list_empty(&bus.pending))
		if (!waitq_sleep(&bus.fewer, deadline))
			xenbus_end_pending(false, xenbus_late("no answer"));
}

/* On a fresh connection. */
static void
xenbus_begin_anew(void)
{
	bus.broken = false;
	storering_init(
	    &bus.ring, (struct xenstore_domain_interface *)xen.store_page);
	event_handle(xen.store_port, xenbus_event, NULL);
	list_each(node, &bus.watches)
	{
		container_of(node, struct xenbus_watch, node)->unset = true;
	}
}

static struct xenbus_watch *
xenbus_unset(void)
{
	list_each(node, &bus.watches)
	{
		struct xenbus_watch *w =
		    container_of(node, struct xenbus_watch, node);

		if (w->unset)
			return w;
	}
	return NULL;
}

void
xenbus_resume(bool fresh)
{
	struct xenbus_watch *w;

	if (fresh)
		xenbus_begin_anew();
	bus.held = false;
	waitq_wake(&bus.fewer);
	mutex_unlock(&bus.lock);
	/* From the top each time: watches come and go while one is set. */
	while ((w = xenbus_unset()) != NULL) {
		w->unset = false;
		w->setting = true;
		if (xenbus_set_watch(XS_WATCH, w) != 0)
			console_printf("xenstore: %s: watch lost\n", w->path);
		w->setting = false;
		waitq_wake(&bus.fewer);
	}
}
