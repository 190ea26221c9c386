/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nameinfo.h -- names that stand for numbers and addresses in configurations.
 *
 * Static ones (IP protocols, ports, ICMP types, annotations) are tables;
 * AddressInfo, PortInfo, IPNameInfo and AnnotationInfo add others, seen in
 * their own compound element and in those within it, as in Click.
 */
#ifndef CLICK_NAMEINFO_H
#define CLICK_NAMEINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct element;
struct router;

enum name_type {
	NAME_IP_PROTO,          /* uint32_t */
	NAME_TCP_PORT,          /* uint32_t, host order */
	NAME_UDP_PORT,          /* uint32_t */
	NAME_SCTP_PORT,         /* uint32_t */
	NAME_DCCP_PORT,         /* uint32_t */
	NAME_ICMP_TYPE,         /* uint32_t */
	NAME_ICMP_CODE = 0x100, /* + type: uint32_t */
	NAME_ICMP6_TYPE = 0x300,
	NAME_ICMP6_CODE = 0x400, /* + type */
	NAME_IP_FILTER_TYPE = 0x600,
	NAME_ANNOTATION,       /* uint32_t: size << 16 | offset */
	NAME_IP4_ADDR,         /* uint32_t, network order */
	NAME_IP4_PREFIX,       /* uint32_t addr, mask */
	NAME_IP6_ADDR,         /* 16 bytes */
	NAME_IP6_PREFIX,       /* 16 bytes, uint32_t length */
	NAME_ETHER,            /* 6 bytes */
	NAME_REWRITER_PATTERN, /* uint32_t: number of a pattern */
	NAME_PORTS = 0x700,    /* PortInfo's */
};

/*
 * Looks name up as seen from e (NULL: static names only); size bytes are
 * written to *value.  What is nearest wins: e's own compound, those around it,
 * the tables, then (protocols and ports) the system's /etc/protocols and
 * /etc/services where there are such files.
 */
bool name_query(enum name_type type, const struct element *e, struct str name,
    void *value, size_t size);
/* The static or dynamic name of a number, or an empty string. */
struct str name_reverse(enum name_type type, const struct element *e,
    const void *value, size_t size);
/*
 * Defines name in e's compound; replaces.  At most NAME_VALUE_MAX bytes.
 * ERR_INVAL (an empty name) or ERR_NOMEM.
 */
enum { NAME_VALUE_MAX = 24 };
int name_define(enum name_type type, struct element *e, struct str name,
    const void *value, size_t size);
/* Frees what a router's elements have defined. */
void name_router_fini(struct router *r);

#endif
