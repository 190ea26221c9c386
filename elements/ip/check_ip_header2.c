/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckIPHeader2 -- let only sound IPv4 packets pass, whatever their checksum.
 *
 *	CheckIPHeader2([OFFSET, keywords])
 *
 * CheckIPHeader with another default: CHECKSUM is false.  Ports, arguments and
 * handlers are the same.
 *
 *	FromDump(in.pcap) -> Strip(14) -> CheckIPHeader2 -> ...
 */
#include "elements/ip/check_ip_header.h"

static int
check_ip_header2_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return check_ip_header_setup(e, conf, errh, false);
}

const struct element_class element_check_ip_header2 = {
	.name = "CheckIPHeader2",
	.ports = "1/1-2",
	.processing = "a/ah",
	.click_flags = "A",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct check_ip_header),
	.configure = check_ip_header2_configure,
	.cleanup = check_ip_header_cleanup,
	.add_handlers = check_ip_header_handlers,
	.action = check_ip_header_action,
};
