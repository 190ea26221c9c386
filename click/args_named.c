/* SPDX-License-Identifier: BSD-3-Clause */
/* args_named.c -- arguments that are numbers with names: ports, protocols. */
#include "click/args.h"
#include "click/conf.h"
#include "click/nameinfo.h"

/* A number of the database type->param, which must be within the type. */
static bool
addr_named(struct arg_ctx *c, const struct arg_type *type, struct str text,
    uint32_t *x)
{
	uint64_t number;
	bool overflow;

	if (name_query((enum name_type)type->param, c->e, text, x, sizeof(*x)))
		return true;
	if (!conf_u64(text, 0, &number, &overflow) || overflow ||
	    number > UINT32_MAX)
		return false;
	*x = (uint32_t)number;
	return true;
}

static bool
addr_parse_port(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint32_t x;
	uint16_t port;

	if (!addr_named(c, type, text, &x))
		return false;
	if (x > UINT16_MAX)
		return arg_error(c, "overflow, range 0-65535");
	port = (uint16_t)x;
	memcpy(out, &port, sizeof(port));
	return true;
}

static bool
addr_parse_named(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	return name_query((enum name_type)type->param, c->e, text, out,
	           sizeof(uint32_t)) ||
	       arg_type_i32.parse(c, &arg_type_i32, text, out);
}

static bool
addr_parse_proto(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint8_t proto;
	int32_t x;

	if (!addr_parse_named(c, type, text, &x))
		return false;
	if (x < 0 || x > 255)
		return arg_error(c, "bad IP protocol");
	proto = (uint8_t)x;
	memcpy(out, &proto, sizeof(proto));
	return true;
}

const struct arg_type arg_type_tcp_port = {
	.size = sizeof(uint16_t),
	.parse = addr_parse_port,
	.param = NAME_TCP_PORT,
};
const struct arg_type arg_type_udp_port = {
	.size = sizeof(uint16_t),
	.parse = addr_parse_port,
	.param = NAME_UDP_PORT,
};
const struct arg_type arg_type_sctp_port = {
	.size = sizeof(uint16_t),
	.parse = addr_parse_port,
	.param = NAME_SCTP_PORT,
};
const struct arg_type arg_type_dccp_port = {
	.size = sizeof(uint16_t),
	.parse = addr_parse_port,
	.param = NAME_DCCP_PORT,
};
const struct arg_type arg_type_ip_proto = {
	.size = sizeof(uint8_t),
	.parse = addr_parse_proto,
	.param = NAME_IP_PROTO,
};

bool
args_named(struct args *a, const char *keyword, unsigned int flags,
    int name_type, int32_t *out)
{
	struct arg_type type = { .size = sizeof(*out),
		.parse = addr_parse_named,
		.param = name_type };

	return args_read(a, keyword, flags, &type, out);
}
