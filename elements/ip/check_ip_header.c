/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckIPHeader -- let only sound IPv4 packets pass.
 *
 *	CheckIPHeader([OFFSET, keywords])
 *
 *   in 0      packets with an IPv4 header OFFSET bytes in
 *   out 0     sound ones: cut to the length in their header, network header
 *             and destination address annotation set
 *   out 1     the others, unchanged; freed when there is no output 1
 *
 * Looked at are packet length, version, header length, total length, checksum
 * and, if asked for, the source address (RFC 1812, 5.3.7).  The first bad
 * packet is reported on the log.
 *
 *   OFFSET     where the header begins (default 0)
 *   CHECKSUM   false: leave the checksum alone (default true)
 *   BADSRC     addresses that no packet may come from, separated by spaces
 *   GOODDST    packets to these may come from anywhere
 *   INTERFACES "18.26.4.9/24 ...": this router's addresses and networks;
 *              stands for BADSRC with their broadcast addresses, 0.0.0.0 and
 *              255.255.255.255, and for GOODDST with the addresses
 *   VERBOSE    true: report every bad packet
 *   DETAILS    true: count by reason
 *
 *   drops         read: bad packets so far
 *   drop_details  read, with DETAILS: number and reason, a line each
 *
 *	FromDevice(0) -> Strip(14)
 *	    -> CheckIPHeader(INTERFACES 10.0.0.1/24) -> ...
 */
#include "elements/ip/check_ip_header.h"

#include "click/conf.h"
#include "elements/ip/say.h"

static const char *const check_ip_header_texts[IP_CHECK_NREASONS] = {
	[IP_CHECK_TINY] = "tiny packet",
	[IP_CHECK_VERSION] = "bad IP version",
	[IP_CHECK_HLEN] = "bad IP header length",
	[IP_CHECK_LENGTH] = "bad IP length",
	[IP_CHECK_SUM] = "bad IP checksum",
	[IP_CHECK_SOURCE] = "bad source address",
};

/* The one positional argument that may be left is the offset. */
static int
check_ip_header_rest(struct element *e, struct check_ip_header *self,
    const struct strs *rest, struct errh *errh)
{
	uint64_t offset;
	struct args a;
	bool overflow = false;

	if (rest->n == 0)
		return 0;
	if (rest->n == 1 && conf_u64(rest->v[0], 0, &offset, &overflow) &&
	    !overflow && offset <= UINT32_MAX) {
		self->check.offset = (uint32_t)offset;
		return 0;
	}
	args_init(&a, rest, e, errh);
	args_ip4_list(&a, "BADSRC", 0, &self->check.bad_src);
	args_u32(&a, "OFFSET", 0, &self->check.offset);
	return args_complete(&a);
}

int
check_ip_header_setup(struct element *e, const struct strs *conf,
    struct errh *errh, bool checksum)
{
	struct check_ip_header *self = element_state(e);
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	struct args a;
	int err;

	self->check.checksum = checksum;
	args_init(&a, conf, e, errh);
	ip_check_args(&self->check, &a);
	args_u32(&a, "OFFSET", 0, &self->check.offset);
	args_bool(&a, "VERBOSE", 0, &self->verbose);
	args_bool(&a, "DETAILS", 0, &self->details);
	args_bool(&a, "CHECKSUM", 0, &self->check.checksum);
	err = args_consume(&a, &mem, &rest);
	if (err == 0)
		err = check_ip_header_rest(e, self, &rest, errh);
	vec_fini(&rest);
	arena_fini(&mem);
	return err;
}

static int
check_ip_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return check_ip_header_setup(e, conf, errh, true);
}

void
check_ip_header_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct check_ip_header *self = element_state(e);

	(void)stage;
	ip_check_fini(&self->check);
}

static NOINLINE int
check_ip_header_bad(
    struct element *e, struct thread *t, enum ip_check_reason reason)
{
	struct check_ip_header *self = element_state(e);

	if (self->drops == 0 || self->verbose)
		say("%.*s: IP header check failed: %s", STR_ARG(e->name),
		    check_ip_header_texts[reason]);
	counter_add(&self->drops, t, 1);
	counter_add(&self->reasons[reason], t, 1);
	return 1;
}

static inline int
check_ip_header_one(struct element *e, struct thread *t, struct packet **p)
{
	struct check_ip_header *self = element_state(e);
	enum ip_check_reason reason = ip_check(&self->check, *p);

	if (likely(reason == IP_CHECK_GOOD))
		return 0;
	return check_ip_header_bad(e, t, reason);
}

void
check_ip_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_ip_header_one);
}

static int
check_ip_header_details(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct check_ip_header *self = element_state(e);

	(void)user;
	for (int i = 0; i < IP_CHECK_NREASONS; i++)
		sb_printf(call->out, "%llu\t%s\n",
		    (unsigned long long)self->reasons[i],
		    check_ip_header_texts[i]);
	return 0;
}

void
check_ip_header_handlers(struct element *e)
{
	struct check_ip_header *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
	if (self->details)
		handler_add_read(
		    e, "drop_details", check_ip_header_details, 0, 0);
}

const struct element_class element_check_ip_header = {
	.name = "CheckIPHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.click_flags = "A",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct check_ip_header),
	.configure = check_ip_header_configure,
	.cleanup = check_ip_header_cleanup,
	.add_handlers = check_ip_header_handlers,
	.action = check_ip_header_action,
};
