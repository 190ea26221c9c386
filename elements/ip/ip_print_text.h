/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_print_text.h -- a helper of the elements in ip/: an IPv4 packet in one
 * line of text, in the manner of tcpdump.
 */
#ifndef ELEMENTS_IP_IP_PRINT_TEXT_H
#define ELEMENTS_IP_IP_PRINT_TEXT_H

#include "click/element.h"

/*
 * "10.0.0.1.1024 > 10.0.1.1.80: S 1:2(1,40,40) win 8192" for p, whose network
 * header has all its 20 fixed bytes; fragments say so at the end.  swap: ICMP
 * numbers in network order.  Names are seen from e.
 */
void ip_print_text(
    struct strbuf *sb, struct element *e, const struct packet *p, bool swap);

#endif
