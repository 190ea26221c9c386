/* SPDX-License-Identifier: BSD-3-Clause */
/* policer.h -- inside Policer.  See policer.c. */
#ifndef ELEMENTS_APP_POLICER_H
#define ELEMENTS_APP_POLICER_H

#include "elements/app/tcm.h"
#include "elements/ip/flowbook.h"

enum policer_by { BY_NONE, BY_SRC, BY_DST, BY_ANNO };

struct policer {
	struct tcm_terms terms;
	enum policer_by by;
	bool packets, aware;
	struct arg_anno color_anno, anno;
	uint32_t prefix, prefix6;
	struct tcm one;
	struct flowbook book;
	uint64_t count[TCM_COLORS], bytes[TCM_COLORS];
};

struct policer_flow {
	struct flowbook_flow head;
	struct tcm meter;
};

extern const struct flowbook_ops policer_ops;

/* policer_state.c: what goes along to another process. */
extern const struct state_class policer_state;
/* policer_conf.c: the arguments. */
int policer_configure(
    struct element *e, const struct strs *conf, struct errh *errh);

#endif
