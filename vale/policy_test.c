/* SPDX-License-Identifier: BSD-3-Clause */
/* policy_test.c -- who may do what. */
#include "vale/policy.h"

#include <unistd.h>

#include "base/compiler.h"
#include "base/err.h"
#include "test/tap.h"

static const char text[] =
    "# who\n"
    "admin uid=1001\n"
    "deny uid=1002 vale0 fw.9\n"
    "allow uid=1002 vale0 fw.* vlan=access:10 guard=off\n"
    "allow gid=200 vale? *\n"
    "deny * vale0 secret\n"
    "allow * vale9 open\n";

static const struct {
	uid_t uid;
	gid_t gid;
	const char *sw, *port;
	bool may;
	const char *settings;
} opens[] = {
	{ 0, 0, "vale0", "any", true, "" },
	{ 0, 0, "vale0", "secret", false, "" },
	{ 1001, 1, "vale0", "any", false, "" },
	{ 1002, 1, "vale0", "fw.1", true, "vlan=access:10 guard=off" },
	{ 1002, 1, "vale0", "fw.9", false, "" },
	{ 1002, 1, "vale1", "fw.1", false, "" },
	{ 1003, 200, "vale1", "x", true, "" },
	{ 1003, 201, "vale1", "x", false, "" },
	{ 1003, 201, "vale9", "open", true, "" },
};

static const char *const bad[] = {
	"permit * vale0 a",
	"allow",
	"allow * vale0",
	"allow uid=x v p",
	"allow user=nobody.such v p",
	"admin",
	"admin * vale0",
	"allow * v p colour=red",
	"deny * v p guard=on",
};

int
main(void)
{
	struct policy *p = policy_new();
	struct policy_peer self = { .uid = geteuid(), .gid = 5 },
	                   admin = { .uid = 1001, .gid = 1 },
	                   other = { .uid = 1002, .gid = 1 },
	                   many = { .uid = 1003,
		                   .gid = 1,
		                   .more = { 7, 200 },
		                   .nmore = 2 };
	struct str settings;
	struct diag why = { "" };

	ok(policy_read(p, "f", str_of(text), &why) == 0, "a policy: %s",
	    why.text);
	for (size_t i = 0; i < ARRAY_SIZE(opens); i++) {
		struct policy_peer peer = { .uid = opens[i].uid,
			.gid = opens[i].gid };

		is_num(policy_may_open(p, &peer, str_of(opens[i].sw),
		           str_of(opens[i].port), &settings),
		    opens[i].may, "user %d at %s:%s", (int)opens[i].uid,
		    opens[i].sw, opens[i].port);
		is_str(settings, str_of(opens[i].settings), "with settings");
	}
	ok(policy_may_open(p, &many, STR("vale1"), STR("x"), &settings),
	    "any of its groups will do");
	many.nmore = 1;
	ok(!policy_may_open(p, &many, STR("vale1"), STR("x"), &settings),
	    "but one of them must");
	ok(policy_may_admin(p, &self), "the switch's own user administers");
	ok(policy_may_admin(p, &admin), "and who is named");
	ok(!policy_may_admin(p, &other), "others do not");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct diag d = { "" };

		ok(policy_read(p, "f", str_of(bad[i]), &d) != 0 &&
		        strncmp(d.text, "f:1: ", 5) == 0,
		    "'%s': %s", bad[i], d.text);
	}
	policy_free(p);
	return tap_done();
}
