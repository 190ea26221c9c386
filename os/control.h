/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control.h -- how a guest's control thread hears from the outside.
 *
 * A link carries whole messages of abi/control.h, whatever lies beneath: a
 * Unix socket (host/), a virtio console or windows in XenStore (minios/).  The
 * carrier cuts the byte stream into messages and checks nothing but the
 * framing.  Used by one thread only.
 */
#ifndef OS_CONTROL_H
#define OS_CONTROL_H

#include "abi/control.h"
#include "base/diag.h"
#include "base/strbuf.h"

struct os_waiter;
struct control_link;

struct control_link_ops {
	/*
	 * Appends the next whole message, header first, to *msg.  Returns 1,
	 * 0 when none has come (w will be woken when one does), or ERR_CLOSED
	 * or ERR_PEER when none ever will.
	 */
	int (*recv)(struct control_link *, struct strbuf *msg);

	/*
	 * Sends one whole message.  0, ERR_AGAIN when there is no room now (w
	 * will be woken when there is; nothing was sent), or ERR_CLOSED.
	 */
	int (*send)(struct control_link *, struct str msg);

	/*
	 * For CONTROL_CONNECT, just received: uses the descriptor that came
	 * along.  0 (the ports are served, or nothing was to be done) or why
	 * not; NULL: none can come over this carrier.
	 */
	int (*connect)(struct control_link *, struct diag *why);

	/*
	 * For CONTROL_ATTACH, likewise: the descriptor is for the port that
	 * binding ("1=vale0:fw.1") names, with words of its kind.  NULL as
	 * above; then detach is, too.
	 */
	int (*attach)(struct control_link *, struct str binding,
	    struct str words, struct diag *why);
	/* For CONTROL_DETACH; ERR_BUSY while a router has that port open. */
	int (*detach)(struct control_link *, struct str port, struct diag *why);

	void (*close)(struct control_link *);
};

struct control_link {
	const struct control_link_ops *ops;
	uint32_t payload_max; /* bytes in one message sent; 0: protocol's own */
};

/*
 * The next link that somebody has opened to us: 1 with *link set (the caller
 * closes it), 0 when there is none now (w will be woken when there is one), or
 * ERR_NOTSUP where nobody can come.
 */
int os_control_accept(struct os_waiter *w, struct control_link **link);

#endif
