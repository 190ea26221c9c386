/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow_trace.h -- inside AggregateIPFlows: TRACEINFO, a record in XML of each
 * flow that has ended.
 */
#ifndef ELEMENTS_ANALYSIS_FLOW_TRACE_H
#define ELEMENTS_ANALYSIS_FLOW_TRACE_H

#include "click/hcall.h"
#include "elements/analysis/agg_flows.h"

/* What is known of a flow beyond agg_flow, only if there is a trace. */
struct flow_trace_record {
	struct agg_flow flow;
	int64_t first_ns;
	uint64_t filepos; /* 0: unknown */
	uint64_t packets[2];
};

struct flow_trace {
	struct str filename;    /* owned; empty: no trace */
	struct element *source; /* whose file it is; may be NULL */
	struct hcall filepos;
	struct strbuf buf;
	bool failed;
};

static inline bool
flow_trace_wanted(const struct flow_trace *tr)
{
	return tr->filename.n > 0;
}

/* Begins the file.  0, or reported. */
int flow_trace_open(
    struct flow_trace *tr, struct element *e, struct errh *errh);
/* A flow's first packet, of that time, was read just now. */
void flow_trace_begun(struct flow_trace *tr, struct thread *t,
    struct flow_trace_record *r, int64_t ns);
void flow_trace_ended(struct flow_trace *tr, const struct flow_trace_record *r);
/* Ends the file. */
void flow_trace_close(struct flow_trace *tr);

#endif
