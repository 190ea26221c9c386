/* SPDX-License-Identifier: BSD-3-Clause */
/* control.c -- a request over a stream, and its answer (abi/control.h). */
#include "control/message.h"
#include "cosmos/internal.h"

/* The whole request, in parts of what one message carries. */
static int
control_ask_parts(
    struct cosmos *c, struct stream *s, const struct message *whole)
{
	struct message part = *whole;
	struct strbuf out = STRBUF_INIT;
	int status;

	part.total = (uint32_t)whole->payload.n;
	do {
		part.payload = str_sub(whole->payload, part.offset,
		    part.offset + CONTROL_PAYLOAD_MAX);
		sb_clear(&out);
		control_put(&out, &part);
		status = out.oom
		             ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
		             : s->send(c, s, sb_str(&out));
		part.offset += (uint32_t)part.payload.n;
	} while (status == COSMOS_OK && part.offset < part.total);
	sb_fini(&out);
	return status;
}

/* Takes one message off the stream; *m points into *in. */
static int
control_next(struct cosmos *c, struct stream *s, struct strbuf *in,
    struct message *m, size_t *size)
{
	struct diag why = { "" };
	int status, framed;

	for (;;) {
		framed = control_frame(sb_str(in), size);
		if (framed < 0)
			break;
		if (*size > 0 && in->n >= *size &&
		    control_check(str_make(in->s, *size), m, &why) == 0)
			return COSMOS_OK;
		if (*size > 0 && in->n >= *size)
			break;
		status = s->receive(c, s, in);
		if (status != COSMOS_OK)
			return status;
	}
	return cosmos_fail(c, COSMOS_E_SYSTEM, "the guest answers nonsense: %s",
	    why.text[0] != '\0' ? why.text : "no message of version 2");
}

static int
control_answer(struct cosmos *c, struct stream *s, uint32_t id,
    unsigned int *router, struct strbuf *reply)
{
	struct strbuf in = STRBUF_INIT;
	struct message m;
	size_t size = 0;
	int status;

	for (;;) {
		status = control_next(c, s, &in, &m, &size);
		if (status != COSMOS_OK)
			break;
		if (m.reply && m.id == id) {
			sb_add(reply, m.payload);
			if (m.offset + m.payload.n == m.total)
				break;
		}
		ASSERT(in.s != NULL && size <= in.n); /* it was a message */
		memmove(in.s, in.s + size, in.n - size);
		in.n -= size;
	}
	sb_fini(&in);
	if (status != COSMOS_OK)
		return -status;
	if (reply->oom)
		return -cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	*router = m.router;
	return (int)m.status;
}

int
control_ask(struct cosmos *c, struct stream *s, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply)
{
	const struct message m = {
		.op = op,
		.router = *router,
		.id = ++c->last_request,
		.path = path,
		.payload = payload,
	};
	int status;

	if (path.n > CONTROL_PATH_MAX || payload.n > CONTROL_TOTAL_MAX)
		return -cosmos_fail(c, COSMOS_E_USAGE,
		    "%zu bytes of name and %zu of text are more than the "
		    "protocol has",
		    path.n, payload.n);
	status = control_ask_parts(c, s, &m);
	if (status != COSMOS_OK)
		return -status;
	return control_answer(c, s, m.id, router, reply);
}

static int
status_of_control(int control)
{
	switch (control) {
	case CONTROL_OK:
		return COSMOS_OK;
	case CONTROL_E_CONFIG:
		return COSMOS_E_CONFIG;
	case CONTROL_E_ROUTER:
	case CONTROL_E_HANDLER:
		return COSMOS_E_NOTFOUND;
	case CONTROL_E_DENIED:
		return COSMOS_E_DENIED;
	case CONTROL_E_FULL:
		return COSMOS_E_FULL;
	case CONTROL_E_BUSY:
		return COSMOS_E_STATE;
	default:
		return COSMOS_E_FAILED;
	}
}

int
control_said(
    struct cosmos *c, const char *name, int status, const struct strbuf *reply)
{
	struct str said = sb_str(reply);

	if (status == CONTROL_OK)
		return COSMOS_OK;
	while (said.n > 0 && said.s[said.n - 1] == '\n')
		said.n--;
	return cosmos_fail(
	    c, status_of_control(status), "%s: %.*s", name, STR_ARG(said));
}
