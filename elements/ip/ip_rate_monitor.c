/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPRateMonitor -- measure who sends and receives how much.
 *
 *	IPRateMonitor(TYPE, RATIO, THRESH [, MEMORY, ANNO])
 *
 *   in 0      IPv4 packets, network header set, counted by source address
 *   in 1      the same in the other direction, counted by destination address
 *   out i     the packets of input i, annotated with the rates (a second) from
 *             (forward rate annotation) and to (reverse) that address
 *
 * Rates are kept for the first bytes of addresses; where one exceeds THRESH
 * also for the bytes below it, down to single hosts.
 *
 *   TYPE      PACKETS or BYTES: what is counted
 *   RATIO     0..1: the chance of a packet to be counted
 *   THRESH    a second, as if RATIO were 1: look closer beyond this
 *   MEMORY    kilobytes to use at most (100 at least); 0: 64 megabytes
 *   ANNO      false: leave the annotations alone (default true)
 *
 *   look        read: 8 ms units since reset, then address, rate from and rate
 *               to, a line each, finer ones indented
 *   thresh      read: THRESH, times RATIO
 *   mem         read: bytes in use
 *   memmax      read: limit in bytes; write: MEMORY
 *   anno_level  write "ADDR LEVEL SECONDS", separated by commas: look no
 *               closer at ADDR than its first LEVEL+1 bytes, for a time
 *   reset       write: forget all rates
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader
 *	    -> IPRateMonitor(PACKETS, 0.5, 256, 600) -> ...
 */
#include "click/anno.h"
#include "click/conf.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/ip_rates.h"

struct ip_rate_monitor {
	struct ip_rates rates;
	uint32_t ratio; /* 65536: all */
	bool bytes, anno;
	uint32_t reset_tick;
};

enum { RATE_MONITOR_RATIO = 16, RATE_MONITOR_MEMORY_MIN = 100 };

static uint64_t
ip_rate_monitor_memory(uint32_t kilobytes)
{
	if (kilobytes != 0 && kilobytes < RATE_MONITOR_MEMORY_MIN)
		kilobytes = RATE_MONITOR_MEMORY_MIN;
	return (uint64_t)kilobytes * 1024;
}

static bool
ip_rate_monitor_type(struct str word, bool *bytes)
{
	char lower[8];

	if (!str_copy(word, lower, sizeof(lower)))
		return false;
	for (size_t i = 0; i < word.n; i++)
		lower[i] |= 0x20;
	*bytes = strcmp(lower, "bytes") == 0;
	return *bytes || strcmp(lower, "packets") == 0;
}

static int
ip_rate_monitor_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_rate_monitor *self = element_state(e);
	struct str type = { NULL, 0 };
	uint32_t memory = 0;
	struct args a;
	bool known;

	self->anno = true;
	args_init(&a, conf, e, errh);
	args_word(&a, "TYPE", ARG_POS | ARG_MAND, &type);
	args_fixed2(
	    &a, "RATIO", ARG_POS | ARG_MAND, RATE_MONITOR_RATIO, &self->ratio);
	args_i32(&a, "THRESH", ARG_POS | ARG_MAND, &self->rates.threshold);
	args_u32(&a, "MEMORY", ARG_POS, &memory);
	args_bool(&a, "ANNO", ARG_POS, &self->anno);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	known = ip_rate_monitor_type(type, &self->bytes);
	str_free(&type);
	if (!known)
		return errh_error(
		    errh, "monitor type should be \"PACKETS\" or \"BYTES\"");
	if (self->ratio > 1u << RATE_MONITOR_RATIO)
		return errh_error(errh, "ratio must be between 0 and 1");
	self->rates.memory_max = ip_rate_monitor_memory(memory);
	self->rates.threshold =
	    (int32_t)(((int64_t)self->rates.threshold * self->ratio) >>
	              RATE_MONITOR_RATIO);
	return 0;
}

static int
ip_rate_monitor_initialize(struct element *e, struct errh *errh)
{
	struct ip_rate_monitor *self = element_state(e);

	(void)errh;
	self->reset_tick = self->rates.folded = ip_rates_tick(e->thread);
	return 0;
}

static void
ip_rate_monitor_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_rate_monitor *self = element_state(e);

	(void)stage;
	ip_rates_fini(&self->rates);
}

static void
ip_rate_monitor_count(struct element *e, unsigned int port, struct thread *t,
    struct packet **packets, uint32_t n)
{
	struct ip_rate_monitor *self = element_state(e);
	uint32_t now = ip_rates_tick(t);

	for (uint32_t i = 0; i < n; i++) {
		struct packet *p = packets[i];
		const struct ip4 *ip = ip_header(p);
		bool sample = (rand_u32(&t->rand) & 0xffff) <= self->ratio;
		int32_t rates[2];

		if (ip == NULL)
			continue;
		ip_rates_count(&self->rates,
		    get_u32(port == 0 ? ip->src : ip->dst), port != 0,
		    self->bytes ? get_be16(ip->len) : 1, sample, now, rates);
		if (self->anno) {
			anno_set_u32(p, ANNO_FWD_RATE, (uint32_t)rates[0]);
			anno_set_u32(p, ANNO_REV_RATE, (uint32_t)rates[1]);
		}
	}
}

static void
ip_rate_monitor_push(struct element *e, unsigned int port, struct batch *b)
{
	ip_rate_monitor_count(e, port, b->thread, b->packet, b->count);
	output_push_checked(e, port, b);
}

static unsigned int
ip_rate_monitor_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	uint32_t had = b->count;
	unsigned int n;

	if (port >= e->nin)
		return 0;
	n = input_pull(e, port, b, max);
	ip_rate_monitor_count(e, port, b->thread, b->packet + had, n);
	return n;
}

/* ---- handlers ---- */

static int
ip_rate_monitor_look(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_rate_monitor *self = element_state(e);
	uint32_t now = ip_rates_tick(call->thread);

	(void)user;
	sb_printf(call->out, "%u\n", now - self->reset_tick);
	ip_rates_print(&self->rates, now, call->out);
	return 0;
}

static int
ip_rate_monitor_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_rate_monitor *self = element_state(e);

	(void)user;
	ip_rates_fini(&self->rates);
	self->reset_tick = ip_rates_tick(call->thread);
	return 0;
}

static int
ip_rate_monitor_memmax(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_rate_monitor *self = element_state(e);
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int32_t kilobytes = 0;
	int err = conf_split(call->text, &mem, &words);

	(void)user;
	if (err == 0 && words.n != 1)
		err = errh_error(call->errh, "expecting 1 integer");
	else if (err == 0 &&
	         (!ip_arg_int(words.v[0], &kilobytes) || kilobytes < 0))
		err = errh_error(call->errh, "not an integer");
	vec_fini(&words);
	arena_fini(&mem);
	if (err == 0)
		ip_rates_limit(&self->rates,
		    ip_rate_monitor_memory((uint32_t)kilobytes),
		    ip_rates_tick(call->thread));
	return err;
}

static int
ip_rate_monitor_level(struct element *e, const struct strs *words, uint32_t now,
    struct errh *errh)
{
	struct ip_rate_monitor *self = element_state(e);
	int32_t level, seconds;
	uint32_t addr;

	if (words->n != 3)
		return errh_error(errh, "expecting 3 arguments");
	if (!ip_arg_ip4(e, words->v[0], &addr))
		return errh_error(errh, "not an IP address");
	if (!ip_arg_int(words->v[1], &level) || level < 0 || level > 3)
		return errh_error(errh, "2nd argument specifies a level, "
		                        "between 0 and 3, to annotate");
	if (!ip_arg_int(words->v[2], &seconds) || seconds < 1)
		return errh_error(errh, "3rd argument specifies when this rule "
		                        "expires, must be > 0");
	ip_rates_hold(&self->rates, addr, (unsigned int)level,
	    now + (uint32_t)seconds * IP_RATE_HZ);
	return 0;
}

static int
ip_rate_monitor_anno_level(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = conf_split(call->text, &mem, &words);

	(void)user;
	if (err == 0)
		err = ip_rate_monitor_level(
		    e, &words, ip_rates_tick(call->thread), call->errh);
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static void
ip_rate_monitor_add_handlers(struct element *e)
{
	struct ip_rate_monitor *self = element_state(e);

	handler_add_data(
	    e, "thresh", HANDLER_READ, DATA_I32, &self->rates.threshold);
	handler_add_read(e, "look", ip_rate_monitor_look, 0, 0);
	handler_add_data(e, "mem", HANDLER_READ, DATA_U64, &self->rates.memory);
	handler_add_data(
	    e, "memmax", HANDLER_READ, DATA_U64, &self->rates.memory_max);
	handler_add_write(e, "memmax", ip_rate_monitor_memmax, 0, 0);
	handler_add_write(e, "anno_level", ip_rate_monitor_anno_level, 0, 0);
	handler_add_write(e, "reset", ip_rate_monitor_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_ip_rate_monitor = {
	.name = "IPRateMonitor",
	.ports = "1-2/1-2",
	.state_size = sizeof(struct ip_rate_monitor),
	.configure = ip_rate_monitor_configure,
	.initialize = ip_rate_monitor_initialize,
	.cleanup = ip_rate_monitor_cleanup,
	.add_handlers = ip_rate_monitor_add_handlers,
	.push = ip_rate_monitor_push,
	.pull = ip_rate_monitor_pull,
};
