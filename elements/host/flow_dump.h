/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow_dump.h -- inside ToIPFlowDumps: the dump of one flow, a file.
 */
#ifndef ELEMENTS_HOST_FLOW_DUMP_H
#define ELEMENTS_HOST_FLOW_DUMP_H

#include "click/element.h"

/* What all flows of an element have in common. */
struct flow_dump_options {
	bool absolute_time, absolute_seq, binary, ip_id, tcp_window;
	unsigned int tcp_options; /* mask, 0: none */
};

struct flow_dump {
	const struct flow_dump_options *options;
	struct str filename; /* owned */
	uint32_t aggregate;
	uint32_t src, dst;     /* of paint 0; network order */
	uint16_t sport, dport; /* host order */
	uint8_t proto;
	bool begun; /* the file's head is written */
	bool failed;
	bool have_seq[2];
	uint32_t first_seq[2]; /* by direction; 0 if absolute */
	int64_t first_ns;      /* 0 if absolute */
	uint64_t packets;
	uint32_t waiting; /* packets in the buffer */
	struct strbuf buf;
};

/*
 * Whether p, the first packet of its aggregate that is seen, says which TCP or
 * UDP flow it is of: then the flow of *d is set.
 */
bool flow_dump_begin(struct flow_dump *d, const struct packet *p);
/* A packet of the flow; others are left out. */
void flow_dump_add(struct flow_dump *d, const struct packet *p);
/* Writes what waits.  Says once why it cannot. */
void flow_dump_flush(struct flow_dump *d);
/* Frees; the file stays. */
void flow_dump_free(struct flow_dump *d);

#endif
