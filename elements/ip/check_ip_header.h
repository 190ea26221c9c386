/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * check_ip_header.h -- a helper of the elements in ip/: what CheckIPHeader and
 * CheckIPHeader2 share, which is all but one default.
 */
#ifndef ELEMENTS_IP_CHECK_IP_HEADER_H
#define ELEMENTS_IP_CHECK_IP_HEADER_H

#include "elements/ip/ip_check.h"

struct check_ip_header {
	struct ip_check check;
	bool verbose, details;
	uint64_t drops;
	uint64_t reasons[IP_CHECK_NREASONS];
};

/* checksum: the default of CHECKSUM. */
int check_ip_header_setup(struct element *e, const struct strs *conf,
    struct errh *errh, bool checksum);
void check_ip_header_cleanup(struct element *e, enum cleanup_stage stage);
void check_ip_header_handlers(struct element *e);
void check_ip_header_action(struct element *e, struct batch *b);

#endif
