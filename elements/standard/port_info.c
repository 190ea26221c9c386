/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PortInfo(NAME PORT[/PROTOCOL] [NAME...], ...) -- names for TCP and UDP ports.
 *
 *   ports     none
 *
 * In its compound element and those inside it NAME stands for PORT, of TCP and
 * UDP unless PROTOCOL is given.  Lines of /etc/services may stand as they are:
 * more names may follow and comments begin with #.
 *
 *	PortInfo(web 8080/tcp, dns 53);
 *	... -> IPFilter(allow dst port web, deny all) -> ...
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/nameinfo.h"

enum { PORT_INFO_BOTH = -1, PORT_INFO_SCTP = 132, PORT_INFO_DCCP = 33 };

static enum name_type
port_info_type(int32_t proto)
{
	switch (proto) {
	case IPPROTO4_TCP:
		return NAME_TCP_PORT;
	case IPPROTO4_UDP:
		return NAME_UDP_PORT;
	case PORT_INFO_SCTP:
		return NAME_SCTP_PORT;
	case PORT_INFO_DCCP:
		return NAME_DCCP_PORT;
	default:
		return (enum name_type)(NAME_PORTS + (proto & 255));
	}
}

static int
port_info_define(
    struct element *e, struct str name, uint32_t port, int32_t proto)
{
	int err;

	if (proto != PORT_INFO_BOTH)
		return name_define(
		    port_info_type(proto), e, name, &port, sizeof(port));
	err = name_define(NAME_TCP_PORT, e, name, &port, sizeof(port));
	if (err == 0)
		err = name_define(NAME_UDP_PORT, e, name, &port, sizeof(port));
	return err;
}

/*
 * "PORT[/PROTOCOL]".  ERR_NOTFOUND: no port at all, or of a protocol that we do
 * not know; such lines are passed over.
 */
static int
port_info_parse(
    struct element *e, struct str text, uint32_t *port, int32_t *proto)
{
	size_t slash = str_find(text, '/', 0);
	bool overflow = false;
	uint32_t number;
	uint64_t x;

	if (slash == 0 && text.n > 0)
		return ERR_NOTFOUND;
	if (!conf_u64(str_sub(text, 0, slash), 0, &x, &overflow))
		return ERR_SYNTAX;
	*port = overflow || x > UINT32_MAX ? UINT32_MAX : (uint32_t)x;
	*proto = PORT_INFO_BOTH;
	if (slash == text.n)
		return 0;
	if (!name_query(NAME_IP_PROTO, e, str_from(text, slash + 1), &number,
	        sizeof(number)))
		return ERR_NOTFOUND;
	*proto = (int32_t)number;
	return 0;
}

static int
port_info_add(struct element *e, struct str text, struct errh *errh)
{
	struct str name = conf_shift_space(&text);
	struct str where;
	int32_t proto;
	uint32_t port;
	int err;

	if (name.n == 0 || name.s[0] == '#')
		return 0;
	where = conf_shift_space(&text);
	err = port_info_parse(e, where, &port, &proto);
	if (err == ERR_NOTFOUND)
		return 0;
	if (err != 0)
		return errh_error(errh, "expected 'NAME PORT/PROTO'");
	do {
		if (port_info_define(e, name, port, proto) != 0)
			return errh_error(errh, "out of memory!");
		name = conf_shift_space(&text);
	} while (name.n > 0 && name.s[0] != '#');
	return 0;
}

static int
port_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	int err = 0;

	for (size_t i = 0; i < conf->n; i++)
		if (port_info_add(e, conf->v[i], errh) != 0)
			err = ERR_INVAL;
	return err;
}

const struct element_class element_port_info = {
	.name = "PortInfo",
	.ports = "0/0",
	.phase = PHASE_FIRST + 1,
	.configure = port_info_configure,
};
