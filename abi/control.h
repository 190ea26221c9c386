/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control.h -- version 2 of the control protocol: one message format for every
 * carrier (XenStore windows, a virtio console, a Unix socket).
 *
 * A request names an operation on a router (or on the guest) and is answered
 * by exactly one final reply with the same id; a payload longer than a carrier
 * takes at once travels in parts:
 *
 *	tool                                    guest
 *	INSTALL id=7 offset=0    total=5000 --->       (first part)
 *	INSTALL id=7 offset=4000 total=5000 --->       (last part)
 *	      <--- INSTALL|REPLY id=7 status=0 router=3
 *	READ    id=8 router=3 path="c.count" --->
 *	      <--- READ|REPLY id=8 status=0 offset=0 total=2  "42"
 *
 * A message is this header, path_len bytes of path, payload_len bytes of
 * payload, no padding.  All numbers are little-endian.  Nothing may be assumed
 * of a message before control_check() has accepted it.
 */
#ifndef ABI_CONTROL_H
#define ABI_CONTROL_H

#include <stdint.h>

enum {
	CONTROL_MAGIC = 0x4b434c43, /* "CLCK" */
	CONTROL_VERSION = 2,
	CONTROL_PATH_MAX = 1024,      /* bytes */
	CONTROL_PAYLOAD_MAX = 65536,  /* bytes in one message */
	CONTROL_TOTAL_MAX = 16 << 20, /* bytes of a whole payload */
	CONTROL_ROUTERS = 64,         /* ids 0..63 */
	CONTROL_ANY_ROUTER = 0xffff,  /* INSTALL: lowest free id; else guest */
};

enum control_op {
	CONTROL_HELLO = 1,   /* payload: "" -> "clickos 2 <features>" */
	CONTROL_INSTALL = 2, /* path: label, payload: Click text; starts it */
	CONTROL_SWAP = 3,    /* payload: Click text, state taken over */
	CONTROL_START = 4,   /* a halted router */
	CONTROL_STOP = 5,    /* a running router; its text stays */
	CONTROL_REMOVE = 6,
	CONTROL_READ = 7,      /* path: ELEMENT.HANDLER, payload: parameter */
	CONTROL_WRITE = 8,     /* path: ELEMENT.HANDLER, payload: value */
	CONTROL_LIST = 9,      /* -> one line a router: id state label */
	CONTROL_STATUS = 10,   /* -> state, error text, counters of a router */
	CONTROL_STATS = 11,    /* -> the guest's memory, packets, cycles */
	CONTROL_SHUTDOWN = 12, /* payload: poweroff, reboot or suspend */
	CONTROL_CONFIG = 13,   /* -> the text of an installed router */
	/*
	 * On a Unix socket, with a descriptor passed beside the header's first
	 * byte: a connection to the switch, for a guest that cannot make one.
	 */
	CONTROL_CONNECT = 14,
	/*
	 * Likewise: a port more.  path: the binding, "1=vale0:fw.1", payload:
	 * words for its kind; the descriptor is a connection to the switch, or
	 * a tap.  And one less: path: its name.
	 */
	CONTROL_ATTACH = 15,
	CONTROL_DETACH = 16,
	/*
	 * What its elements know, for another process: all routers stand
	 * still, and those that are installed do not begin, until that is
	 * ended or, if whoever asked is gone, some seconds after the last of
	 * these three.
	 */
	CONTROL_HOLD = 17,    /* payload: seconds, "0": let go */
	CONTROL_SAVE = 18,    /* payload: "" or struct state_place -> a part */
	CONTROL_LOAD = 19,    /* payload: a part (abi/state.h) */
	CONTROL_REPLY = 0x80, /* or-ed into the operation of an answer */
};

/* status of a reply: 0 or one of these; the payload is then the reason. */
enum control_status {
	CONTROL_OK = 0,
	CONTROL_E_PROTO = 1,   /* the message itself is wrong */
	CONTROL_E_CONFIG = 2,  /* configuration rejected: Click's messages */
	CONTROL_E_ROUTER = 3,  /* no such router, or not in that state */
	CONTROL_E_HANDLER = 4, /* no such element or handler */
	CONTROL_E_FAILED = 5,  /* the handler itself failed */
	CONTROL_E_DENIED = 6,  /* ClickOSControl forbids it */
	CONTROL_E_FULL = 7,    /* no router id or no memory left */
	CONTROL_E_BUSY = 8,    /* a port is held, or a router busy: try again */
};

struct control_header {
	uint32_t magic;       /* CONTROL_MAGIC */
	uint8_t version;      /* CONTROL_VERSION */
	uint8_t op;           /* enum control_op, with or without REPLY */
	uint16_t router;      /* 0..63 or CONTROL_ANY_ROUTER */
	uint32_t id;          /* chosen by the asker, repeated in the reply */
	uint16_t status;      /* enum control_status; 0 in requests */
	uint16_t path_len;    /* bytes, at most CONTROL_PATH_MAX */
	uint32_t offset;      /* where this payload part begins */
	uint32_t total;       /* bytes of the whole payload */
	uint32_t payload_len; /* bytes here: offset + payload_len <= total */
	uint32_t reserved;    /* 0 */
};

_Static_assert(sizeof(struct control_header) == 32, "control_header");

#endif
