/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_pattern.h -- a helper of the elements in ip/: the language of IPFilter and
 * IPClassifier, from text to a decision for each packet.
 */
#ifndef ELEMENTS_IP_IP_PATTERN_H
#define ELEMENTS_IP_IP_PATTERN_H

#include "base/strs.h"
#include "click/element.h"
#include "elements/standard/classify.h"

struct ip_patterns {
	struct classify *classify; /* NULL: nothing matches */
	uint32_t reach;            /* bytes of the network header looked at */
	bool mac;                  /* the Ethernet header is looked at, too */
};

/*
 * Compiles rules "ACTION PATTERN", ACTION being allow, deny, drop or an
 * output below noutputs.  Names are seen from e.  Every mistake is reported;
 * 0, or ERR_INVAL and *out is empty.  ip_patterns_fini() it.
 */
int ip_patterns_compile(struct ip_patterns *out, const struct strs *rules,
    unsigned int noutputs, struct element *e, struct errh *errh);
void ip_patterns_fini(struct ip_patterns *p);

/*
 * The decisions for n packets: ports[i] is an output, or PACKET_DROP where no
 * rule matches or one says so.
 */
void ip_patterns_match(const struct ip_patterns *p,
    struct packet *const *packets, uint32_t n, int16_t *ports);
/* The decisions for a whole batch, whose packets go where they say. */
void ip_patterns_push(
    const struct ip_patterns *p, struct element *e, struct batch *b);

#endif
