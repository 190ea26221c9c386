/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_check.c -- a helper of the elements in ip/; see ip_check.h. */
#include "elements/ip/ip_check.h"

#include "click/conf.h"

static const uint32_t ip_check_old[] = { 0, 0xffffffff };

int
ip_check_add_old(struct ip_check *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(ip_check_old); i++)
		if (vec_push(&c->bad_src, ip_check_old[i]) != 0)
			return ERR_NOMEM;
	return 0;
}

/* "18.26.4.9/24 ...": my addresses and, from them, the broadcasts. */
static bool
ip_check_interfaces(struct arg_ctx *c, const struct arg_type *type,
    struct str text, void *unused)
{
	struct ip_check *check =
	    container_of((uintptr_t)type, struct ip_check, interfaces);
	struct str rest = text, word;
	struct ip4_prefix net;

	(void)unused;
	check->bad_src.n = check->good_dst.n = 0;
	while ((word = conf_shift_space(&rest)).n > 0) {
		if (!ip_arg_prefix(c->e, word, true, &net))
			return false;
		if (vec_push(&check->bad_src,
		        (net.addr & net.mask) | ~net.mask) != 0 ||
		    vec_push(&check->good_dst, net.addr) != 0)
			return arg_error(c, "out of memory");
	}
	if (ip_check_add_old(check) != 0)
		return arg_error(c, "out of memory");
	return true;
}

void
ip_check_args(struct ip_check *c, struct args *a)
{
	c->interfaces =
	    (struct arg_type){ .size = 0, .parse = ip_check_interfaces };
	args_read(a, "INTERFACES", 0, &c->interfaces, c);
	args_ip4_list(a, "BADSRC", 0, &c->bad_src);
	args_ip4_list(a, "GOODDST", 0, &c->good_dst);
}

void
ip_check_fini(struct ip_check *c)
{
	vec_fini(&c->bad_src);
	vec_fini(&c->good_dst);
}
