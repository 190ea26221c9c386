/* SPDX-License-Identifier: BSD-3-Clause */
/* policy.c -- see policy.h. */
#include "vale/policy.h"

#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/vec.h"
#include "vale/number.h"
#include "vale/settings.h"

enum rule_verb { RULE_ADMIN, RULE_ALLOW, RULE_DENY };
enum rule_who { WHO_ALL, WHO_UID, WHO_GID };

struct rule {
	enum rule_verb verb;
	enum rule_who who;
	uint32_t id;
	char *switch_name, *port;
	struct str settings; /* owned */
};

struct policy {
	uid_t owner; /* may do everything */
	VEC(struct rule) rules;
};

struct policy *
policy_new(void)
{
	struct policy *p = calloc(1, sizeof(*p));

	/* Before root becomes somebody who is not trusted so. */
	if (p != NULL)
		p->owner = geteuid();
	return p;
}

static void
rule_fini(struct rule *r)
{
	free(r->switch_name);
	free(r->port);
	str_free(&r->settings);
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->rules.n; i++)
		rule_fini(&p->rules.v[i]);
	vec_fini(&p->rules);
	free(p);
}

/* ---- reading ---- */

static bool
who_by_name(struct str name, bool user, uint32_t *id)
{
	char text[64];
	const struct passwd *pw;
	const struct group *gr;

	if (!str_copy(name, text, sizeof(text)))
		return false;
	if (user) {
		pw = getpwnam(text);
		if (pw != NULL)
			*id = pw->pw_uid;
		return pw != NULL;
	}
	gr = getgrnam(text);
	if (gr != NULL)
		*id = gr->gr_gid;
	return gr != NULL;
}

static bool
who_parse(struct str s, struct rule *r)
{
	size_t eq = str_find(s, '=', 0);
	struct str key = str_sub(s, 0, eq), v = str_from(s, eq + 1);
	uint64_t id;

	r->who = WHO_ALL;
	if (str_is(s, "*"))
		return true;
	r->who = str_is(key, "uid") || str_is(key, "user") ? WHO_UID : WHO_GID;
	if (str_is(key, "user") || str_is(key, "group"))
		return who_by_name(v, r->who == WHO_UID, &r->id);
	if ((!str_is(key, "uid") && !str_is(key, "gid")) ||
	    !number_parse(v, UINT32_MAX, &id))
		return false;
	r->id = (uint32_t)id;
	return true;
}

static int
rule_settings_check(struct str words, struct diag *why)
{
	struct vale_settings s;
	int err = 0;

	settings_init(&s);
	for (struct str w = str_word(&words); w.n > 0 && err == 0;
	     w = str_word(&words)) {
		size_t eq = str_find(w, '=', 0);

		err = settings_set(
		    &s, str_sub(w, 0, eq), str_from(w, eq + 1), why);
	}
	return err;
}

static int
rule_parse(struct str line, struct rule *r, struct diag *why)
{
	struct str verb = str_word(&line), who = str_word(&line);
	struct str sw, port;

	if (str_is(verb, "admin"))
		r->verb = RULE_ADMIN;
	else if (str_is(verb, "allow"))
		r->verb = RULE_ALLOW;
	else if (str_is(verb, "deny"))
		r->verb = RULE_DENY;
	else
		return diag(why, ERR_SYNTAX, "'%.*s': not admin, allow or deny",
		    STR_ARG(verb));
	if (!who_parse(who, r))
		return diag(why, ERR_SYNTAX,
		    "'%.*s': not *, uid=N, gid=N, user=NAME or group=NAME of "
		    "somebody known",
		    STR_ARG(who));
	sw = str_word(&line);
	port = str_word(&line);
	line = str_trim(line);
	if (r->verb == RULE_ADMIN ? sw.n > 0 : port.n == 0)
		return diag(why, ERR_SYNTAX, "%.*s: wants WHO%s", STR_ARG(verb),
		    r->verb == RULE_ADMIN ? " alone" : " SWITCH PORT");
	if (r->verb == RULE_DENY && line.n > 0)
		return diag(why, ERR_SYNTAX, "deny: no settings here");
	if (rule_settings_check(line, why) != 0)
		return ERR_SYNTAX;
	r->switch_name = (char *)(uintptr_t)str_dup(sw).s;
	r->port = (char *)(uintptr_t)str_dup(port).s;
	r->settings = str_dup(line);
	if (r->switch_name == NULL || r->port == NULL || r->settings.s == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	return 0;
}

int
policy_read(
    struct policy *p, const char *file, struct str text, struct diag *why)
{
	struct str line;

	for (unsigned int n = 1; str_line(&text, &line); n++) {
		struct rule r = { .who = WHO_ALL };
		struct diag reason = { "" };
		int err;

		line = str_trim(str_sub(line, 0, str_find(line, '#', 0)));
		if (line.n == 0)
			continue;
		err = rule_parse(line, &r, &reason);
		if (err == 0 && vec_push(&p->rules, r) != 0)
			err = diag(&reason, ERR_NOMEM, "out of memory");
		if (err != 0) {
			rule_fini(&r);
			return diag(
			    why, err, "%s:%u: %s", file, n, reason.text);
		}
	}
	return 0;
}

/* ---- deciding ---- */

bool
policy_owner(const struct policy *p, const struct policy_peer *peer)
{
	return peer->uid == 0 || peer->uid == p->owner;
}

static bool
rule_fits_more(const struct rule *r, const struct policy_peer *peer)
{
	for (uint32_t i = 0; i < peer->nmore; i++)
		if (r->id == peer->more[i])
			return true;
	return false;
}

static bool
rule_fits(const struct rule *r, const struct policy_peer *peer)
{
	switch (r->who) {
	case WHO_ALL:
		return true;
	case WHO_UID:
		return r->id == peer->uid;
	case WHO_GID:
		return r->id == peer->gid || rule_fits_more(r, peer);
	}
	return false;
}

bool
policy_may_admin(const struct policy *p, const struct policy_peer *peer)
{
	if (policy_owner(p, peer))
		return true;
	for (size_t i = 0; i < p->rules.n; i++)
		if (p->rules.v[i].verb == RULE_ADMIN &&
		    rule_fits(&p->rules.v[i], peer))
			return true;
	return false;
}

bool
policy_may_open(const struct policy *p, const struct policy_peer *peer,
    struct str switch_name, struct str port, struct str *settings)
{
	char sw[VALE_NAME_MAX], name[VALE_NAME_MAX];

	*settings = STR("");
	if (!str_copy(switch_name, sw, sizeof(sw)) ||
	    !str_copy(port, name, sizeof(name)))
		return false;
	for (size_t i = 0; i < p->rules.n; i++) {
		const struct rule *r = &p->rules.v[i];

		if (r->verb == RULE_ADMIN || !rule_fits(r, peer) ||
		    fnmatch(r->switch_name, sw, 0) != 0 ||
		    fnmatch(r->port, name, 0) != 0)
			continue;
		*settings = r->settings;
		return r->verb == RULE_ALLOW;
	}
	return policy_owner(p, peer);
}
