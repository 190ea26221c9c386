/* SPDX-License-Identifier: BSD-3-Clause */
/* stride.c -- see stride.h. */
#include "elements/standard/stride.h"

#include <stdio.h>
#include <stdlib.h>

#include "elements/standard/value.h"

static void
stride_set(struct stride_port *p, int32_t tickets)
{
	p->tickets = tickets;
	p->stride = tickets > 0 ? STRIDE_ONE / (uint32_t)tickets : 0;
}

/* Reads argument i; reports what is wrong with it. */
static int
stride_read_tickets(
    struct str text, unsigned int i, int32_t *tickets, struct errh *errh)
{
	if (!value_i32(text, tickets))
		return errh_error(errh,
		    "argument %u should be number of tickets (integer)", i);
	if (*tickets < 0)
		return errh_error(
		    errh, "argument %u (number of tickets) must be >= 0", i);
	if (*tickets > STRIDE_TICKETS_MAX) {
		errh_warning(errh, "input %u's tickets reduced to %d", i,
		    STRIDE_TICKETS_MAX);
		*tickets = STRIDE_TICKETS_MAX;
	}
	return 0;
}

int
stride_configure(struct element *e, unsigned int nports, const char *kind,
    const struct strs *conf, struct errh *errh)
{
	struct stride *s = element_state(e);
	bool fresh = s->ports == NULL;
	int err = 0;

	if (conf->n != nports)
		return errh_error(
		    errh, "need %u arguments, one per %s port", nports, kind);
	if (fresh)
		s->ports = calloc((size_t)nports + 1, sizeof(*s->ports));
	if (s->ports == NULL)
		return ERR_NOMEM;
	s->n = nports;
	for (unsigned int i = 0; i < nports; i++) {
		int32_t tickets = 0;

		if (stride_read_tickets(conf->v[i], i, &tickets, errh) != 0) {
			err = ERR_INVAL;
			continue;
		}
		stride_set(&s->ports[i], tickets);
		if (fresh)
			s->ports[i].pass = s->ports[i].stride;
	}
	s->first = NULL;
	/* From the last on: ports of one pass stand in order. */
	for (unsigned int i = nports; i-- > 0;)
		if (s->ports[i].tickets > 0)
			stride_insert(s, &s->ports[i]);
	return err;
}

void
stride_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct stride *s = element_state(e);

	(void)stage;
	free(s->ports);
	s->ports = s->first = NULL;
	pull_signals_fini(&s->inputs);
}

static void
stride_remove(struct stride *s, const struct stride_port *p)
{
	struct stride_port **at = &s->first;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
}

static int
stride_read(struct element *e, uintptr_t port, struct handler_call *call)
{
	struct stride *s = element_state(e);

	sb_i64(call->out, s->ports[port].tickets);
	return 0;
}

static int
stride_write(struct element *e, uintptr_t port, struct handler_call *call)
{
	struct stride *s = element_state(e);
	struct stride_port *p = &s->ports[port];
	int32_t tickets, old = p->tickets;

	if (!value_i32(call->text, &tickets))
		return errh_error(call->errh, "tickets value must be integer");
	if (tickets < 0)
		return errh_error(call->errh, "number of tickets must be >= 0");
	if (tickets > STRIDE_TICKETS_MAX) {
		errh_warning(call->errh, "port %u's tickets reduced to %d",
		    (unsigned int)port, STRIDE_TICKETS_MAX);
		tickets = STRIDE_TICKETS_MAX;
	}
	stride_set(p, tickets);
	if (tickets == 0 && old != 0)
		stride_remove(s, p);
	else if (tickets != 0 && old == 0) {
		p->pass = s->first != NULL ? s->first->pass + p->stride : 0;
		stride_insert(s, p);
	}
	return 0;
}

void
stride_add_handlers(struct element *e)
{
	struct stride *s = element_state(e);

	for (unsigned int i = 0; i < s->n; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "tickets%u", i); /* fits */
		handler_add_read(e, name, stride_read, i, 0);
		handler_add_write(e, name, stride_write, i, 0);
	}
}

void
stride_unparse_config(struct element *e, struct strbuf *out)
{
	struct stride *s = element_state(e);

	for (unsigned int i = 0; i < s->n; i++)
		sb_printf(
		    out, "%s%d", i > 0 ? ", " : "", (int)s->ports[i].tickets);
}
