/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PrintOld([LABEL, AGE, MAXLENGTH]) -- prints packets long under way
 *
 *   in 0, out 0  any packets, unchanged
 *
 *   LABEL        begins the line
 *   AGE          milliseconds since its time stamp from which on a packet is
 *                printed, default 5
 *   MAXLENGTH    bytes printed at most, default 24; negative: all
 *
 * A line shows the age, the length and the bytes in hexadecimal.
 *
 *     FromDevice(eth0) -> Queue -> PrintOld(late, 20) -> ToDevice(eth1);
 */
#include "base/stamp.h"
#include "click/element.h"
#include "os/os.h"

struct print_old {
	struct str label; /* owned */
	int32_t age_ms, bytes;
};

static int
print_old_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct print_old *s = element_state(e);
	struct args a;

	s->bytes = 24;
	s->age_ms = 5;
	args_init(&a, conf, e, errh);
	args_str(&a, "LABEL", ARG_POS, &s->label);
	args_i32(&a, "AGE", ARG_POS, &s->age_ms);
	args_i32(&a, "MAXLENGTH", ARG_POS, &s->bytes);
	args_i32(&a, "LENGTH", ARG_DEPRECATED, &s->bytes);
	args_i32(&a, "NBYTES", ARG_DEPRECATED, &s->bytes);
	return args_complete(&a);
}

static struct packet *
print_old_one(struct element *e, struct thread *t, struct packet *p)
{
	const struct print_old *s = element_state(e);
	struct strbuf sb = STRBUF_INIT;
	uint32_t n = s->bytes < 0 || p->length < (uint32_t)s->bytes
	                 ? p->length
	                 : (uint32_t)s->bytes;
	int64_t age_ms = (thread_wall_ns(t) - p->timestamp_ns) / NS_PER_MS;

	if (p->timestamp_ns == 0)
		sb_printf(
		    &sb, "%.*s: packet timestamp not set\n", STR_ARG(e->name));
	else if (age_ms >= s->age_ms) {
		sb_add(&sb, s->label);
		sb_printf(&sb, "(%5lld msecs) %4u | ", (long long)age_ms,
		    (unsigned int)p->length);
		for (uint32_t i = 0; i < n; i++)
			sb_printf(&sb, i % 4 == 3 ? "%02x " : "%02x",
			    (unsigned int)p->data[i]);
		sb_addc(&sb, '\n');
	}
	if (sb.n > 0)
		os_log(sb_str(&sb));
	sb_fini(&sb);
	return p;
}

static void
print_old_action(struct element *e, struct batch *b)
{
	batch_each(e, b, print_old_one);
}

static void
print_old_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct print_old *s = element_state(e);

	(void)stage;
	str_free(&s->label);
}

const struct element_class element_print_old = {
	.name = "PrintOld",
	.ports = "1/1",
	.state_size = sizeof(struct print_old),
	.flags = ELEMENT_SHAREABLE,
	.configure = print_old_configure,
	.cleanup = print_old_cleanup,
	.action = print_old_action,
};
