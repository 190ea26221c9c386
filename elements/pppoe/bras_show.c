/* SPDX-License-Identifier: BSD-3-Clause */
/* bras_show.c -- the handlers of PPPoEServer.  See pppoe_server.c. */
#include "base/addr.h"
#include "elements/ip/quiet.h"
#include "elements/pppoe/bras.h"

static const char *const end_name[ENDS] = { "ended by the subscriber",
	"no answer", "wrong name or secret", "negotiation failed", "no address",
	"replaced", "ended by hand" };

static const char *
server_state(const struct session *s)
{
	if (s->phase == PHASE_ESTABLISH)
		return "establishing";
	if (s->phase == PHASE_AUTH)
		return "authenticating";
	return s->ipcp.state == FSM_OPENED ? "up" : "configuring";
}

static void
server_print(const struct session *s, const char *state, uint32_t now_ms,
    struct strbuf *out)
{
	sb_printf(out, "%u\t", s->id);
	sb_ether_colon(out, s->mac);
	sb_printf(out, "\t%s\t", *s->user == '\0' ? "-" : s->user);
	sb_ip4(out, s->addr);
	sb_printf(
	    out, "\t%s\t%u", state, (unsigned)((now_ms - s->start_ms) / 1000));
	for (unsigned int d = 0; d < 2; d++) {
		sb_addc(out, '\t');
		sb_u64(out, s->packets[d]);
		sb_addc(out, '\t');
		sb_u64(out, s->bytes[d]);
	}
	sb_addc(out, '\t');
	sb_u64(out, s->drops[0] + s->drops[1]);
	sb_addc(out, '\n');
}

static int
server_read_sessions(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = bras_enter(e, call->thread);

	(void)user;
	for (uint32_t id = 1; id < b->cap; id++)
		if (b->sessions[id] != NULL)
			server_print(b->sessions[id],
			    server_state(b->sessions[id]), b->now_ms,
			    call->out);
	return 0;
}

static int
server_read_ended(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = bras_enter(e, call->thread);
	uint32_t n = b->nended < BRAS_ENDED ? b->nended : BRAS_ENDED;

	(void)user;
	for (uint32_t i = b->nended - n; i != b->nended; i++) {
		const struct bras_ended *d = &b->ended[i % BRAS_ENDED];

		server_print(&d->s, end_name[d->why], d->end_ms, call->out);
	}
	return 0;
}

static int
server_read_stats(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = bras_enter(e, call->thread);
	const struct {
		uint64_t n;
		const char *what;
	} lines[] = {
		{ b->padi, "PADI" },
		{ b->padr, "PADR" },
		{ b->bad_cookies, "PADR without our cookie" },
		{ b->refused, "discovery refused" },
		{ b->begun, "sessions begun" },
		{ b->bad_frames, "bad frames" },
		{ b->strangers, "frames and packets of no session" },
		{ b->spoofed, "packets with another source address" },
		{ b->too_long, "packets longer than the subscriber takes" },
	};

	(void)user;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		sb_u64(call->out, lines[i].n);
		sb_printf(call->out, "\t%s\n", lines[i].what);
	}
	for (unsigned int i = 0; i < ENDS; i++) {
		sb_u64(call->out, b->ends[i]);
		sb_printf(call->out, "\t%s\n", end_name[i]);
	}
	return 0;
}

static bool
server_is(const struct session *s, struct str text, uint32_t addr, uint32_t id)
{
	return s != NULL && (s->id == id || (addr != 0 && s->addr == addr) ||
	                        (*s->user != '\0' && str_is(text, s->user)));
}

/* How many of the sessions that text names, or all, it has ended. */
static uint32_t
server_end(struct element *e, struct bras *b, struct str text, bool all)
{
	uint32_t addr = 0, number = 0, n = 0;

	if (!arg_quiet(&arg_type_u32, text, &number, e))
		(void)arg_quiet(&arg_type_ip4, text, &addr, e);
	for (uint32_t id = 1; id < b->cap; id++)
		if (b->sessions[id] != NULL &&
		    (all || server_is(b->sessions[id], text, addr, number))) {
			bras_end(b, b->sessions[id], END_ADMIN);
			n++;
		}
	return n;
}

static int
server_write_end(struct element *e, uintptr_t all, struct handler_call *call)
{
	struct bras *b = bras_lock(e, call->thread);
	uint32_t n = server_end(e, b, str_trim(call->text), all != 0);

	bras_unlock(e, call->thread);
	if (n == 0 && !all)
		return errh_error(call->errh, "no session of that number, "
		                              "address or name");
	return 0;
}

static int
server_read_users(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct bras *b = bras_enter(e, call->thread);

	(void)user;
	for (size_t i = 0; i < b->users.n; i++) {
		const struct bras_user *u = &b->users.v[i];

		sb_add(call->out, u->name);
		sb_addc(call->out, '\t');
		if (u->addr != 0)
			sb_ip4(call->out, u->addr);
		else
			sb_addc(call->out, '-');
		sb_printf(call->out, "\t%u\n", (unsigned)u->rate);
	}
	return 0;
}

static int
server_write_user(struct element *e, uintptr_t add, struct handler_call *call)
{
	struct bras *b = bras_enter(e, call->thread);
	const char *wrong = NULL;

	if (add)
		wrong = bras_user_parse(e, b, call->text);
	else if (!bras_user_remove(b, str_trim(call->text)))
		wrong = "no such user";
	return wrong == NULL ? 0 : errh_error(call->errh, "%s", wrong);
}

void
bras_add_handlers(struct element *e)
{
	struct bras *b = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &b->count);
	handler_add_data(e, "addresses", HANDLER_READ, DATA_U32, &b->addresses);
	handler_add_read(e, "sessions", server_read_sessions, 0, 0);
	handler_add_read(e, "ended", server_read_ended, 0, 0);
	handler_add_read(e, "stats", server_read_stats, 0, 0);
	handler_add_write(e, "end", server_write_end, 0, 0);
	handler_add_write(e, "end_all", server_write_end, 1, HANDLER_BUTTON);
	handler_add_read(e, "users", server_read_users, 0, 0);
	handler_add_write(e, "add_user", server_write_user, 1, 0);
	handler_add_write(e, "remove_user", server_write_user, 0, 0);
}
