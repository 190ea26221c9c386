/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow_export.h -- messages of NetFlow version 9 (RFC 3954) and IPFIX (RFC
 * 7011), built record by record.
 *
 *	header | template set (when due) | data set: records... | data set ...
 *
 * A message grows until it is full or flow_export_close() is called; then it
 * waits in a list for flow_export_take().  Templates 256 (IPv4) and 257 (IPv6)
 * are sent in the first message, again after so many seconds, and again after
 * so many messages (RFC 3954, 9).
 *
 * Not locked: the user does.
 */
#ifndef ELEMENTS_APP_FLOW_EXPORT_H
#define ELEMENTS_APP_FLOW_EXPORT_H

#include "click/element.h"
#include "elements/ip/five_tuple.h"

enum flow_export_version { EXPORT_NETFLOW9 = 9, EXPORT_IPFIX = 10 };

enum {
	EXPORT_WAITING_MAX = 64, /* messages; more are dropped and counted */
	EXPORT_SIZE_MIN = 256,
	EXPORT_SIZE_MAX = 1 << 15,
};

/* flowEndReason (RFC 5102, 5.11.3). */
enum flow_export_reason {
	EXPORT_IDLE = 1,
	EXPORT_ACTIVE = 2,
	EXPORT_ENDED = 3,
	EXPORT_FORCED = 4,
	EXPORT_LACK = 5,
};

struct flow_export_record {
	const struct five_tuple *id;
	uint64_t bytes, packets;
	uint32_t first_ms, last_ms; /* of flow_export.now_ms' clock */
	uint8_t tos, tcp_flags;
	enum flow_export_reason reason;
};

struct flow_export {
	enum flow_export_version version;
	uint32_t domain; /* source id, observation domain */
	uint32_t size;   /* longest message, bytes */
	uint32_t template_ms, template_messages;

	/* The time, to be set before calls. */
	uint32_t now_ms;
	int64_t wall_ms;

	uint32_t start_ms, sequence;
	uint32_t templated_ms, since_template; /* when, messages ago */
	bool templated;
	struct packet *message; /* being built, or NULL */
	uint32_t set;           /* offset of its open data set, 0: none */
	uint16_t set_id;
	uint32_t count;               /* its records and templates */
	uint32_t data;                /* its data records */
	struct packet *first, **last; /* waiting */
	uint32_t waiting;
	uint64_t records, messages, drops; /* drops: records */
};

/* version, domain, size and the template fields are the caller's to set. */
void flow_export_init(struct flow_export *x, uint32_t now_ms);
void flow_export_fini(struct flow_export *x, struct thread *t);

void flow_export_add(struct flow_export *x, struct thread *t,
    const struct flow_export_record *r);
/* Ends the message that is being built. */
void flow_export_close(struct flow_export *x);
/* The next whole message, the caller's; NULL: none. */
struct packet *flow_export_take(struct flow_export *x);

#endif
