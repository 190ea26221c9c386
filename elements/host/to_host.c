/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ToHost(DEVNAME) -- Ethernet frames to the kernel
 *
 * Sends by the interface that a FromHost with the same DEVNAME has made, as
 * if they had come in there.
 *
 *   in 0      frames, Ethernet header first.  The kernel ignores those that are
 *             not for its Ethernet and IP addresses (see FromHost: ETHER, DST)
 *
 *   dev_name  read: the interface's name
 *   sent      read: frames that the kernel took
 *   drops     read: those that it did not take, or that were too short
 *
 *     FromHost(fake, 10.0.0.1/24) -> EtherMirror -> ToHost(fake);
 */
#include <errno.h>
#include <unistd.h>

#include "click/router.h"
#include "elements/host/tun.h"

struct to_host {
	struct str name; /* owned */
	int fd;          /* FromHost's */
	bool said_overflow;
	uint64_t sent, drops;
};

static int
to_host_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct to_host *h = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_str(&a, "DEVNAME", ARG_POS | ARG_MAND, &h->name);
	return args_complete(&a);
}

static int
to_host_initialize(struct element *e, struct errh *errh)
{
	struct to_host *h = element_state(e);
	struct element *from;

	for (uint32_t i = 0; (from = router_element(e->router, i)) != NULL;
	     i++) {
		struct tun *t = element_state(from);

		if (element_cast(from, "FromHost") == NULL ||
		    !str_eq(t->name, h->name) || t->fd < 0)
			continue;
		h->fd = t->fd;
		return 0;
	}
	return errh_error(errh,
	    "ToHost(%.*s) requires an initialized FromHost with the same "
	    "dev_name",
	    STR_ARG(h->name));
}

/* Whether to say why the last frame was not taken; full queues once only. */
static bool
to_host_tells(struct to_host *h, int error)
{
	bool overflow = error == ENOBUFS || error == EAGAIN;
	bool again = overflow && h->said_overflow;

	h->said_overflow |= overflow;
	return !again;
}

static void
to_host_push(struct element *e, unsigned int port, struct batch *b)
{
	struct to_host *h = element_state(e);

	(void)port;
	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];

		if (p->length < TUN_ETHER_HEADER) {
			h->drops++;
			tun_say(e, h->name, "packet too small");
		} else if (write(h->fd, p->data, p->length) >= 0) {
			h->sent++;
		} else {
			h->drops++;
			if (to_host_tells(h, errno))
				tun_say(e, h->name, strerror(errno));
		}
	}
	batch_kill(b);
}

static void
to_host_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct to_host *h = element_state(e);

	(void)stage;
	str_free(&h->name);
}

static void
to_host_add_handlers(struct element *e)
{
	struct to_host *h = element_state(e);

	handler_add_data(e, "dev_name", HANDLER_READ, DATA_STR, &h->name);
	handler_add_data(e, "sent", HANDLER_READ, DATA_U64, &h->sent);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &h->drops);
}

const struct element_class element_to_host = {
	.name = "ToHost",
	.ports = "1/0",
	.processing = "h/a",
	.state_size = sizeof(struct to_host),
	.phase = PHASE_DEFAULT + 1, /* after FromHost */
	.configure = to_host_configure,
	.initialize = to_host_initialize,
	.cleanup = to_host_cleanup,
	.add_handlers = to_host_add_handlers,
	.push = to_host_push,
};
