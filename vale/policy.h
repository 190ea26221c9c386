/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * policy.h -- who may do what at the control socket.
 *
 * The system tells who connected (SO_PEERCRED, SO_PEERGROUPS); a file of lines
 *says what he may do.  The first line that fits decides; where none does, root
 *and the switch's own user may do everything, others nothing.
 *
 *	# comment
 *	admin WHO
 *	allow WHO SWITCH PORT [KEY=VALUE ...]
 *	deny  WHO SWITCH PORT
 *
 * WHO is uid=N, gid=N, user=NAME, group=NAME or *; SWITCH and PORT are
 * patterns as the shell has them.  The settings (settings.h) are those of the
 * port that is then opened.  Whoever is neither root nor the switch's user is
 * a tenant: his ports have guard=on unless the line says otherwise.
 */
#ifndef VALE_POLICY_H
#define VALE_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/diag.h"
#include "base/str.h"

struct policy;

enum { POLICY_GROUPS = 64 }; /* of a peer that are looked at */

struct policy_peer {
	uid_t uid;
	gid_t gid;                 /* its first group */
	gid_t more[POLICY_GROUPS]; /* its others */
	uint32_t nmore;
};

/* An empty policy: the defaults.  NULL: no memory. */
struct policy *policy_new(void);
void policy_free(struct policy *p);

/* Reads the lines of text; file stands in messages.  ERR_SYNTAX, ERR_NOMEM. */
int policy_read(
    struct policy *p, const char *file, struct str text, struct diag *why);

/* Root and who started the switch (made the policy). */
bool policy_owner(const struct policy *p, const struct policy_peer *peer);
bool policy_may_admin(const struct policy *p, const struct policy_peer *peer);

/*
 * Whether peer may open that port; *settings are then the words to set, with
 * guard=on for a tenant in front.
 */
bool policy_may_open(const struct policy *p, const struct policy_peer *peer,
    struct str switch_name, struct str port, struct str *settings);

#endif
