/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stp.c -- see stp.h.  Numbers are the sections of IEEE 802.1D-1998 that a
 * function does.  Not an element.
 */
#include "elements/etherswitch/stp.h"

#include "base/stamp.h"

static const int64_t NEVER = INT64_MAX;

enum {
	PATH_COST = 1,        /* of every port */
	AGE_INCREMENT = 1,    /* seconds a hop, 8.10.2 */
	HOLD_TIME = 1,        /* seconds between BPDUs, 8.10.2 */
	PORT_PRIORITY = 0x80, /* 8.10.2 */
};

static const struct stp_times OWN_TIMES = { 20, 2, 15 }; /* 8.10.2 */

static int64_t
seconds_ns(unsigned int s)
{
	return (int64_t)s * NS_PER_SEC;
}

static bool
stp_is_root(const struct stp *s)
{
	return s->root_port < 0;
}

bool
stp_designated(const struct stp *s, unsigned int port)
{
	const struct stp_port *p = &s->ports[port];

	return p->said.bridge == s->id && p->said.port == p->id;
}

const char *
stp_state_name(enum stp_state state)
{
	static const char *const names[] = { "blocking", "listening",
		"learning", "forwarding" };

	return names[state];
}

/* ---- sending ---- */

static uint16_t
wire_time(unsigned int s)
{
	return (uint16_t)(s * 256);
}

/* How old what the root said is when it leaves here, in 1/256 seconds. */
static int64_t
stp_message_age(const struct stp *s)
{
	if (stp_is_root(s))
		return 0;
	return (s->now_ns - s->ports[s->root_port].born_ns) * 256 / NS_PER_SEC +
	       wire_time(AGE_INCREMENT);
}

/* 8.6.1 */
static void
stp_send_config(struct stp *s, unsigned int port)
{
	struct stp_port *p = &s->ports[port];
	int64_t age = stp_message_age(s);
	struct bpdu b = { .type = BPDU_CONFIG,
		.tc = s->changing,
		.tca = p->acknowledge,
		.root = s->root,
		.cost = s->cost,
		.bridge = s->id,
		.port = p->id,
		.max_age = wire_time(s->times.max_age),
		.hello_time = wire_time(s->times.hello_time),
		.forward_delay = wire_time(s->times.forward_delay) };

	if (p->hold_ns != NEVER) {
		p->pending = true;
		return;
	}
	p->pending = false;
	if (age >= b.max_age)
		return;
	b.message_age = (uint16_t)age;
	p->acknowledge = false;
	p->hold_ns = s->now_ns + seconds_ns(HOLD_TIME);
	s->ops->send(s->arg, port, &b);
}

/* 8.6.4 */
static void
stp_send_all(struct stp *s)
{
	for (unsigned int i = 0; i < s->nports; i++)
		if (stp_designated(s, i))
			stp_send_config(s, i);
}

/* 8.6.6 */
static void
stp_send_notice(struct stp *s)
{
	const struct bpdu b = { .type = BPDU_TCN };

	s->ops->send(s->arg, (unsigned int)s->root_port, &b);
	s->notify_ns = s->now_ns + seconds_ns(OWN_TIMES.hello_time);
}

/* ---- topology changes ---- */

static void
stp_set_changing(struct stp *s, bool on)
{
	if (s->changing == on)
		return;
	s->changing = on;
	s->ops->changing(s->arg, on);
}

/* 8.6.14 */
static void
stp_change_found(struct stp *s)
{
	if (stp_is_root(s)) {
		stp_set_changing(s, true);
		s->changing_ns =
		    s->now_ns +
		    seconds_ns(OWN_TIMES.max_age + OWN_TIMES.forward_delay);
	} else if (!s->change_found)
		stp_send_notice(s);
	s->change_found = true;
}

/* ---- states of ports ---- */

static void
stp_set_state(struct stp *s, unsigned int port, enum stp_state state)
{
	struct stp_port *p = &s->ports[port];

	p->state = state;
	p->delay_ns = NEVER;
	if (state == STP_LISTENING || state == STP_LEARNING)
		p->delay_ns = s->now_ns + seconds_ns(s->times.forward_delay);
	s->ops->state(s->arg, port, state);
}

/* 8.6.12, 8.6.13 */
static void
stp_want(struct stp *s, unsigned int port, bool forwarding)
{
	enum stp_state was = s->ports[port].state;

	if (forwarding && was == STP_BLOCKING)
		stp_set_state(s, port, STP_LISTENING);
	else if (!forwarding && was != STP_BLOCKING) {
		stp_set_state(s, port, STP_BLOCKING);
		if (was == STP_LEARNING || was == STP_FORWARDING)
			stp_change_found(s);
	}
}

/* 8.6.11 */
static void
stp_select_states(struct stp *s)
{
	for (unsigned int i = 0; i < s->nports; i++) {
		struct stp_port *p = &s->ports[i];

		if ((int)i == s->root_port) {
			p->pending = p->acknowledge = false;
			stp_want(s, i, true);
		} else if (stp_designated(s, i)) {
			p->age_ns = NEVER;
			stp_want(s, i, true);
		} else {
			p->pending = p->acknowledge = false;
			stp_want(s, i, false);
		}
	}
}

/* ---- who is root, who designated ---- */

/* Below 0: a is better; 0: they are the same. */
static int
stp_compare(const struct stp_vector *a, const struct stp_vector *b)
{
	if (a->root != b->root)
		return a->root < b->root ? -1 : 1;
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	if (a->bridge != b->bridge)
		return a->bridge < b->bridge ? -1 : 1;
	return (int)a->port - (int)b->port;
}

/* What this bridge would say on a port. */
static struct stp_vector
stp_own(const struct stp *s, const struct stp_port *p)
{
	return (struct stp_vector){ s->root, s->cost, s->id, p->id };
}

/* Whether the way to the root through port i is better than through j. */
static bool
stp_nearer(const struct stp *s, unsigned int i, unsigned int j)
{
	int c = stp_compare(&s->ports[i].said, &s->ports[j].said);

	return c != 0 ? c < 0 : s->ports[i].id < s->ports[j].id;
}

/* Whether what this bridge would say on a port is better than what is said. */
static bool
stp_better(const struct stp *s, const struct stp_port *p)
{
	struct stp_vector own = stp_own(s, p);

	return stp_compare(&own, &p->said) <= 0;
}

/*
 * 8.6.2.2, a to d: whether a BPDU is better than what a port has heard, or news
 * of it.  From which port another bridge speaks does not matter.
 */
static bool
stp_supersedes(
    const struct stp *s, const struct stp_port *p, const struct bpdu *b)
{
	struct stp_vector v = { b->root, b->cost, b->bridge, b->port };

	if (v.bridge == p->said.bridge && v.bridge != s->id)
		v.port = p->said.port;
	return stp_compare(&v, &p->said) <= 0;
}

/* 8.6.10 */
static void
stp_designate(struct stp *s, unsigned int port)
{
	struct stp_port *p = &s->ports[port];

	p->said = stp_own(s, p);
}

/* 8.6.7 to 8.6.9 */
static void
stp_update(struct stp *s)
{
	s->root_port = -1;
	for (unsigned int i = 0; i < s->nports; i++)
		if (!stp_designated(s, i) && s->ports[i].said.root < s->id &&
		    (s->root_port < 0 ||
		        stp_nearer(s, i, (unsigned int)s->root_port)))
			s->root_port = (int)i;
	s->root = s->id;
	s->cost = 0;
	if (s->root_port >= 0) {
		const struct stp_vector *v = &s->ports[s->root_port].said;

		s->root = v->root;
		s->cost = v->cost + PATH_COST;
		if (s->cost < PATH_COST)
			s->cost = UINT32_MAX;
	}
	for (unsigned int i = 0; i < s->nports; i++)
		if ((int)i != s->root_port &&
		    (stp_designated(s, i) || stp_better(s, &s->ports[i])))
			stp_designate(s, i);
}

/* ---- what comes ---- */

/* What the standard allows (8.10.2), so that no peer sets absurd times. */
static uint16_t
stp_time(uint16_t wire, uint16_t least, uint16_t most)
{
	uint16_t s = wire / 256;

	return s < least ? least : s > most ? most : s;
}

/* 8.6.3 */
static void
stp_take_times(struct stp *s, const struct bpdu *b)
{
	s->times.max_age = stp_time(b->max_age, 6, 40);
	s->times.hello_time = stp_time(b->hello_time, 1, 10);
	s->times.forward_delay = stp_time(b->forward_delay, 4, 30);
	stp_set_changing(s, b->tc);
}

/* 8.6.2 */
static void
stp_record(struct stp *s, struct stp_port *p, const struct bpdu *b)
{
	unsigned int max = stp_time(b->max_age, 6, 40);

	p->said = (struct stp_vector){ b->root, b->cost, b->bridge, b->port };
	p->born_ns = s->now_ns - (int64_t)b->message_age * NS_PER_SEC / 256;
	p->age_ns = p->born_ns + seconds_ns(max);
}

/* 8.7.1 */
static void
stp_receive_config(struct stp *s, unsigned int port, const struct bpdu *b)
{
	struct stp_port *p = &s->ports[port];
	bool was_root = stp_is_root(s);

	if (!stp_supersedes(s, p, b)) {
		if (stp_designated(s, port))
			stp_send_config(s, port);
		return;
	}
	stp_record(s, p, b);
	stp_update(s);
	stp_select_states(s);
	if (was_root && !stp_is_root(s)) {
		s->hello_ns = NEVER;
		if (s->change_found) {
			s->changing_ns = NEVER;
			stp_send_notice(s);
		}
	}
	if ((int)port != s->root_port)
		return;
	stp_take_times(s, b);
	stp_send_all(s);
	if (b->tca) { /* 8.6.15 */
		s->change_found = false;
		s->notify_ns = NEVER;
	}
}

void
stp_receive(
    struct stp *s, unsigned int port, const struct bpdu *b, int64_t now_ns)
{
	s->now_ns = now_ns;
	if (b->type == BPDU_CONFIG)
		stp_receive_config(s, port, b);
	else if (stp_designated(s, port)) { /* 8.7.2 */
		stp_change_found(s);
		s->ports[port].acknowledge = true;
		stp_send_config(s, port);
	}
}

/* ---- time ---- */

/* This bridge has become the root, or begins as one. */
static void
stp_become_root(struct stp *s)
{
	s->times = OWN_TIMES;
	stp_change_found(s);
	s->notify_ns = NEVER;
	stp_send_all(s);
	s->hello_ns = s->now_ns + seconds_ns(OWN_TIMES.hello_time);
}

/* 8.7.4: nothing more was heard on a port. */
static void
stp_port_silent(struct stp *s, unsigned int port)
{
	bool was_root = stp_is_root(s);

	s->ports[port].age_ns = NEVER;
	stp_designate(s, port);
	stp_update(s);
	stp_select_states(s);
	if (!was_root && stp_is_root(s))
		stp_become_root(s);
}

/* 8.7.5 */
static void
stp_port_delayed(struct stp *s, unsigned int port)
{
	bool designated = false;

	if (s->ports[port].state == STP_LISTENING) {
		stp_set_state(s, port, STP_LEARNING);
		return;
	}
	stp_set_state(s, port, STP_FORWARDING);
	for (unsigned int i = 0; i < s->nports; i++)
		designated |= stp_designated(s, i);
	if (designated)
		stp_change_found(s);
}

static void
stp_run_port(struct stp *s, unsigned int port)
{
	struct stp_port *p = &s->ports[port];

	if (p->age_ns <= s->now_ns)
		stp_port_silent(s, port);
	if (p->delay_ns <= s->now_ns)
		stp_port_delayed(s, port);
	if (p->hold_ns <= s->now_ns) { /* 8.7.8 */
		p->hold_ns = NEVER;
		if (p->pending)
			stp_send_config(s, port);
	}
}

void
stp_run(struct stp *s, int64_t now_ns)
{
	s->now_ns = now_ns;
	if (s->hello_ns <= now_ns) { /* 8.7.3 */
		stp_send_all(s);
		s->hello_ns = now_ns + seconds_ns(OWN_TIMES.hello_time);
	}
	if (s->notify_ns <= now_ns) /* 8.7.6 */
		stp_send_notice(s);
	if (s->changing_ns <= now_ns) { /* 8.7.7 */
		s->changing_ns = NEVER;
		s->change_found = false;
		stp_set_changing(s, false);
	}
	for (unsigned int i = 0; i < s->nports; i++)
		stp_run_port(s, i);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
stp_deadline(const struct stp *s)
{
	int64_t when = earlier(s->hello_ns, s->notify_ns);

	when = earlier(when, s->changing_ns);
	for (unsigned int i = 0; i < s->nports; i++) {
		const struct stp_port *p = &s->ports[i];

		when = earlier(when, earlier(p->age_ns, p->delay_ns));
		when = earlier(when, p->hold_ns);
	}
	return when;
}

/* 8.8.1 */
void
stp_init(struct stp *s, const struct stp_ops *ops, void *arg, uint64_t id,
    struct stp_port *ports, unsigned int nports, int64_t now_ns)
{
	*s = (struct stp){ .ops = ops,
		.arg = arg,
		.ports = ports,
		.nports = nports,
		.id = id,
		.root = id,
		.root_port = -1,
		.times = OWN_TIMES,
		.hello_ns = NEVER,
		.notify_ns = NEVER,
		.changing_ns = NEVER,
		.now_ns = now_ns };
	for (unsigned int i = 0; i < nports; i++) {
		ports[i] = (struct stp_port){ .state = STP_BLOCKING,
			.id = (uint16_t)(PORT_PRIORITY << 8 | (i + 1)),
			.age_ns = NEVER,
			.delay_ns = NEVER,
			.hold_ns = NEVER };
		stp_designate(s, i);
	}
	stp_select_states(s);
	s->hello_ns = now_ns;
}
