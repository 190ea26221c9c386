/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vale.h -- how a process asks the switch for ports.
 *
 * It connects to the switch's Unix socket (a byte stream) and writes lines:
 *
 *	guest version=1 slots=256 buffers=4096 ports=8 features=7
 *	port vale0:fw.0 index=0
 *	close index=0
 *
 * Each is answered by "ok N" or "error N", a newline, and N bytes of text: on
 * success words KEY=VALUE, else a sentence.
 *
 * guest   makes the region (abi/netring.h).  The answer's first byte carries
 *         descriptors: the event that the switch writes to when it wakes the
 *         guest, and the region's memfd.  A guest that has a region already,
 *         from a switch that has gone, passes its memfd along with the line;
 *         then only the event comes back.
 *	   -> version=1 size=BYTES generation=N features=N
 * port    opens port number index of the region by a name in a switch.  The
 *         guest has given both rings their initial state and put its empty
 *         buffers into rx before it asks.
 *	   -> mtu=1500 mac=02:..
 * close   closes it.
 *
 * only    SWITCH:PORT ...: once a connection, for good: it opens those and
 *         does what is said here, whoever made it.  Said before a connection
 *         is in the hands of a guest that is not trusted.
 * take    token=...: a port more, of an administrator's "grant SWITCH:PORT".
 *
 * An empty line is the doorbell: some ring of the guest's has passed the
 * switch's wake_at.  It has no answer.  The region lives until the connection
 * ends; docs/vale.md has the requests of administrators.
 */
#ifndef ABI_VALE_H
#define ABI_VALE_H

#define VALE_SOCKET     "/run/vale.sock"
#define VALE_SOCKET_ENV "VALE_SOCKET" /* names another */

enum { VALE_ANSWER_MAX = 256 }; /* bytes of an answer to a guest, at most */

#endif
