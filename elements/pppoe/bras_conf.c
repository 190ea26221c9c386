/* SPDX-License-Identifier: BSD-3-Clause */
/* bras_conf.c -- the arguments of PPPoEServer.  See pppoe_server.c. */
#include "base/addr.h"
#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/pppoe/bras.h"

/* The words of text, the whole of which may stand in quotes. */
static int
server_words(struct str text, struct arena *mem, struct strs *words)
{
	int err = conf_split_space(text, mem, words);

	if (err != 0 || words->n != 1 || words->v[0].s[0] != '"')
		return err;
	err = conf_unquote(words->v[0], mem, &text);
	words->n = 0;
	return err != 0 ? err : conf_split_space(text, mem, words);
}

/* The words w[n] of a user's line into *u: NULL, or what is wrong. */
static const char *
bras_user_read(struct element *e, const struct bras *b, const struct str *w,
    size_t n, struct bras_user *u)
{
	if (n < 2 || n > 4)
		return "expected 'NAME SECRET [ADDRESS [RATE]]'";
	u->name = w[0];
	u->secret = w[1];
	if (u->name.n == 0 || u->name.n > BRAS_NAME_MAX ||
	    u->secret.n > BRAS_NAME_MAX)
		return "names and secrets are up to 64 bytes long";
	if (n > 2 && !str_is(w[2], "-") &&
	    (!arg_quiet(&arg_type_ip4, w[2], &u->addr, e) ||
	        ip4_host(u->addr) - b->pool_first >= b->pool_n ||
	        u->addr == b->gateway))
		return "the address must be one of the pool";
	if (n > 3 && !arg_quiet(&arg_type_bandwidth, w[3], &u->rate, e))
		return "bad rate";
	return NULL;
}

const char *
bras_user_parse(struct element *e, struct bras *b, struct str text)
{
	struct bras_user u = { .addr = 0 };
	struct strs words = VEC_INIT;
	struct arena mem = ARENA_INIT;
	const char *wrong = NULL;
	struct str w[4] = { { NULL, 0 } };
	int err = server_words(text, &mem, &words);

	for (size_t i = 0; i < words.n && i < 4 && err == 0; i++)
		err = conf_unquote(words.v[i], &mem, &w[i]);
	if (err == 0)
		wrong = bras_user_read(e, b, w, words.n, &u);
	if (err == 0 && wrong == NULL)
		err = bras_user_set(b, &u);
	vec_fini(&words);
	arena_fini(&mem);
	return err != 0 ? "out of memory" : wrong;
}

struct server_conf {
	struct str pool, auth;
	struct strbuf users; /* one a line */
	uint32_t keepalive;
};

static bool
server_collect_user(struct arg_ctx *c, struct str text, void *arg)
{
	struct strbuf *users = arg;

	sb_add(users, text);
	sb_addc(users, '\n');
	return !users->oom || arg_error(c, "out of memory");
}

static int
server_parse_pool(
    struct element *e, struct bras *b, struct str text, struct errh *errh)
{
	size_t dash = str_find(text, '-', 0);
	struct ip4_prefix prefix;
	uint32_t first, last;

	if (dash < text.n) {
		if (!arg_quiet(
		        &arg_type_ip4, str_sub(text, 0, dash), &first, e) ||
		    !arg_quiet(
		        &arg_type_ip4, str_from(text, dash + 1), &last, e))
			goto bad;
		first = ip4_host(first);
		last = ip4_host(last);
	} else {
		if (!arg_quiet(&arg_type_ip4_prefix, text, &prefix, e) ||
		    ip4_prefix_of(prefix.mask) < 0)
			goto bad;
		first = ip4_host(prefix.addr & prefix.mask);
		last = first | ~ip4_host(prefix.mask);
		if (last - first > 1) {
			first++;
			last--;
		}
	}
	if (last < first || last - first >= BRAS_POOL_MAX)
		goto bad;
	b->pool_first = first;
	b->pool_n = last - first + 1;
	return 0;
bad:
	return errh_error(errh,
	    "POOL: a prefix or FIRST-LAST of at most %d addresses expected",
	    BRAS_POOL_MAX);
}

static int
server_parse_auth(struct bras *b, struct str auth, struct errh *errh)
{
	static const struct {
		const char *text;
		uint32_t auths[2];
	} ways[] = {
		{ "none", { AUTH_NONE, AUTH_NONE } },
		{ "pap", { AUTH_PAP, AUTH_NONE } },
		{ "chap", { AUTH_CHAP, AUTH_NONE } },
		{ "chap pap", { AUTH_CHAP, AUTH_PAP } },
		{ "pap chap", { AUTH_PAP, AUTH_CHAP } },
	};

	if (auth.n == 0)
		auth = b->users.n > 0 ? STR("chap pap") : STR("none");
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (str_is(auth, ways[i].text)) {
			memcpy(b->auths, ways[i].auths, sizeof(b->auths));
			return 0;
		}
	return errh_error(
	    errh, "AUTH: 'chap', 'pap', 'chap pap' or 'none' expected");
}

static int
server_check(
    struct element *e, struct bras *b, struct server_conf *c, struct errh *errh)
{
	struct str rest = sb_str(&c->users), line;
	int err = server_parse_pool(e, b, c->pool, errh);

	if (err != 0)
		return err;
	while (str_line(&rest, &line)) {
		const char *wrong = bras_user_parse(e, b, line);

		if (wrong != NULL)
			err = errh_error(errh, "USER: %s", wrong);
	}
	if (err == 0)
		err = server_parse_auth(b, c->auth, errh);
	if (b->max_sessions == 0 || b->max_sessions > BRAS_SESSIONS_MAX ||
	    b->max_per_mac == 0)
		err = errh_error(errh,
		    "SESSIONS: from 1 to %d; PER_MAC: 1 at least",
		    BRAS_SESSIONS_MAX);
	if (c->keepalive > 1000000 || b->failures == 0 || b->failures > 255)
		err = errh_error(errh,
		    "KEEPALIVE: up to 1000000 seconds; FAILURES: from 1 to "
		    "255");
	if (b->ac_name.n > BRAS_NAME_MAX || b->service.n > BRAS_NAME_MAX)
		err = errh_error(
		    errh, "AC_NAME, SERVICE: at most %d bytes", BRAS_NAME_MAX);
	b->keepalive_ms = c->keepalive * 1000;
	return err;
}

int
bras_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct bras *b = element_state(e);
	struct server_conf c = { .keepalive = 30, .users = STRBUF_INIT };
	struct args a;
	int err;

	b->e = e;
	b->max_sessions = 4096;
	b->max_per_mac = 1;
	b->failures = 3;
	b->mtu = PPPOE_MTU;
	if (str_set(&b->ac_name, STR("clickos")) != 0)
		return errh_error(errh, "out of memory");
	args_init(&a, conf, e, errh);
	args_ether(&a, "MAC", ARG_POS | ARG_MAND, b->mac);
	args_ip4(&a, "GATEWAY", ARG_POS | ARG_MAND, &b->gateway);
	args_raw(&a, "POOL", ARG_POS | ARG_MAND, &c.pool);
	args_read_all(&a, "USER", 0, server_collect_user, &c.users);
	args_str(&a, "AUTH", 0, &c.auth);
	args_str(&a, "SERVICE", 0, &b->service);
	args_str(&a, "AC_NAME", 0, &b->ac_name);
	args_ip4(&a, "DNS", 0, &b->dns[0]);
	args_ip4(&a, "DNS2", 0, &b->dns[1]);
	args_bandwidth(&a, "RATE", 0, &b->rate);
	args_seconds(&a, "KEEPALIVE", 0, &c.keepalive);
	args_u32(&a, "FAILURES", 0, &b->failures);
	args_u32(&a, "SESSIONS", 0, &b->max_sessions);
	args_u32(&a, "PER_MAC", 0, &b->max_per_mac);
	err = args_complete(&a);
	if (err == 0)
		err = server_check(e, b, &c, errh);
	if (err == 0 && bras_init(b) != 0)
		err = errh_error(errh, "out of memory");
	str_free(&c.pool);
	str_free(&c.auth);
	sb_fini(&c.users);
	return err;
}
