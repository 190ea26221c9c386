/* SPDX-License-Identifier: BSD-3-Clause */
/* show.c -- what there is and what was counted, as JSON or for people. */
#include "base/addr.h"
#include "vale/internal.h"
#include "vale/json.h"

/* A name to be shown: all, a switch, or one port of it. */
struct selection {
	struct str sw, port;
};

static struct selection
selection_of(struct str name)
{
	size_t colon = str_find(name, ':', 0);

	return (struct selection){ str_sub(name, 0, colon),
		str_from(name, colon + 1) };
}

static bool
selected(struct str wanted, const char *name)
{
	return wanted.n == 0 || str_is(wanted, name);
}

static int
selection_check(struct vale *v, struct str name, struct diag *why)
{
	struct selection s = selection_of(name);

	if (s.sw.n == 0)
		return 0;
	if (switch_find(v, s.sw) == NULL)
		return diag(
		    why, ERR_NOTFOUND, "%.*s: no such switch", STR_ARG(s.sw));
	if (s.port.n > 0 && vale_port_find(v, s.sw, s.port) == NULL)
		return diag(
		    why, ERR_NOTFOUND, "%.*s: no such port", STR_ARG(name));
	return 0;
}

static const char *
link_name(const struct vale_slot *s)
{
	if (load_relaxed(&s->port->link) == VALE_BROKEN)
		return "broken";
	return vale_slot_usable(s) ? "up" : "down";
}

/* ---- JSON ---- */

static void
json_port(const struct vale_slot *s, struct strbuf *out)
{
	struct vale_port *p = s->port;

	sb_adds(out, "{\"name\": ");
	json_str(out, str_of(s->name));
	sb_printf(out,
	    ", \"kind\": \"%s\", \"link\": \"%s\", \"worker\": %u, "
	    "\"mtu\": %u, \"address\": \"",
	    p->kind->name, link_name(s), s->worker->id, p->mtu);
	sb_ether_colon(out, p->mac);
	sb_addc(out, '"');
	settings_show(s->set, out);
	if (p->ops->show != NULL)
		p->ops->show(p, out);
	sb_addc(out, '}');
}

static void
json_count(const char *name, const struct vale_count *c, struct strbuf *out)
{
	sb_printf(out, "\"%s\": {\"frames\": ", name);
	sb_u64(out, c->frames);
	sb_adds(out, ", \"bytes\": ");
	sb_u64(out, c->bytes);
	if (c->copies > 0) {
		sb_adds(out, ", \"copies\": ");
		sb_u64(out, c->copies);
	}
	sb_adds(out, ", \"drops\": {");
	for (unsigned int i = 0, n = 0; i < DROP_REASONS; i++) {
		if (c->drops[i] == 0)
			continue;
		sb_printf(
		    out, "%s\"%s\": ", n++ > 0 ? ", " : "", vale_drop_name(i));
		sb_u64(out, c->drops[i]);
	}
	sb_adds(out, "}}");
}

static void
json_counts(const struct vale_counts *c, struct strbuf *out)
{
	json_count("rx", &c->rx, out);
	sb_adds(out, ", ");
	json_count("tx", &c->tx, out);
}

static void
json_port_counts(const struct vale_slot *s, struct strbuf *out)
{
	struct vale_port_stats st = { 0, 0, 0 };
	struct vale_counts c;

	if (s->port->ops->stats != NULL)
		s->port->ops->stats(s->port, &st);
	slot_counts(s, &c);
	sb_adds(out, "{\"name\": ");
	json_str(out, str_of(s->name));
	sb_adds(out, ", ");
	json_counts(&c, out);
	sb_adds(out, ", \"wakeups_in\": ");
	sb_u64(out, st.wakeups_in);
	sb_adds(out, ", \"wakeups_out\": ");
	sb_u64(out, st.wakeups_out);
	sb_adds(out, ", \"swaps\": ");
	sb_u64(out, st.swaps);
	sb_addc(out, '}');
}

/* The selected ports of sw by show, as a JSON list. */
static void
json_ports(const struct vale_switch *sw, struct str port,
    void (*show)(const struct vale_slot *, struct strbuf *), struct strbuf *out)
{
	unsigned int n = 0;

	sb_adds(out, "\"ports\": [");
	for (uint32_t i = 0; i < sw->table->n; i++) {
		const struct vale_slot *s = sw->table->slot[i];

		if (s == NULL || !selected(port, s->name))
			continue;
		sb_adds(out, n++ > 0 ? ", " : "");
		show(s, out);
	}
	sb_addc(out, ']');
}

int
vale_show(struct vale *v, struct str name, struct strbuf *out, struct diag *why)
{
	struct selection sel = selection_of(name);
	unsigned int n = 0;
	int err = selection_check(v, name, why);

	if (err != 0)
		return err;
	sb_adds(out, "{\"switches\": [");
	for (struct vale_switch *sw = v->switches; sw != NULL; sw = sw->next) {
		const struct vale_forward *f = sw->forward->forward;

		if (!selected(sel.sw, sw->name))
			continue;
		sb_printf(out, "%s{\"name\": \"%s\", \"function\": \"%s\"",
		    n++ > 0 ? ", " : "", sw->name, f->name);
		if (f->show != NULL)
			f->show(sw->forward, out);
		sb_adds(out, ", ");
		json_ports(sw, sel.port, json_port, out);
		sb_addc(out, '}');
	}
	sb_adds(out, "]}\n");
	return 0;
}

int
vale_show_counts(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why)
{
	struct selection sel = selection_of(name);
	unsigned int n = 0;
	int err = selection_check(v, name, why);

	if (err != 0)
		return err;
	sb_adds(out, "{\"switches\": [");
	for (struct vale_switch *sw = v->switches; sw != NULL; sw = sw->next) {
		struct vale_counts c;

		if (!selected(sel.sw, sw->name))
			continue;
		(void)vale_switch_counts(v, str_of(sw->name), &c, NULL);
		sb_printf(out, "%s{\"name\": \"%s\", \"total\": {",
		    n++ > 0 ? ", " : "", sw->name);
		json_counts(&c, out);
		sb_adds(out, "}, ");
		json_ports(sw, sel.port, json_port_counts, out);
		sb_addc(out, '}');
	}
	sb_adds(out, "]}\n");
	return 0;
}

/* ---- for people ---- */

static void
text_port(const struct vale_slot *s, struct strbuf *out)
{
	struct strbuf more = STRBUF_INIT;

	sb_printf(out, "  %-20s %-6s %-6s ", s->name, s->port->kind->name,
	    link_name(s));
	sb_ether_colon(out, s->port->mac);
	settings_show(s->set, &more);
	if (s->port->ops->show != NULL)
		s->port->ops->show(s->port, &more);
	/* `, "key": value` reads `key: value` to a person. */
	for (size_t i = 0; i < more.n; i++) {
		if (more.s[i] == ',' && i + 2 < more.n && more.s[i + 2] == '"')
			sb_adds(out, " ");
		else if (more.s[i] != '"')
			sb_addc(out, more.s[i]);
	}
	sb_addc(out, '\n');
	sb_fini(&more);
}

int
vale_show_text(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why)
{
	struct selection sel = selection_of(name);
	int err = selection_check(v, name, why);

	for (struct vale_switch *sw = v->switches; err == 0 && sw != NULL;
	     sw = sw->next) {
		if (!selected(sel.sw, sw->name))
			continue;
		sb_printf(
		    out, "%s: %s\n", sw->name, sw->forward->forward->name);
		for (uint32_t i = 0; i < sw->table->n; i++)
			if (sw->table->slot[i] != NULL &&
			    selected(sel.port, sw->table->slot[i]->name))
				text_port(sw->table->slot[i], out);
	}
	return err;
}

static void
text_count(const char *name, const char *what, const struct vale_count *c,
    struct strbuf *out)
{
	sb_printf(out, "  %-20s %s %14llu frames %16llu bytes", name, what,
	    (unsigned long long)c->frames, (unsigned long long)c->bytes);
	for (unsigned int i = 0; i < DROP_REASONS; i++)
		if (c->drops[i] > 0)
			sb_printf(out, "  %s %llu", vale_drop_name(i),
			    (unsigned long long)c->drops[i]);
	sb_addc(out, '\n');
}

int
vale_show_counts_text(
    struct vale *v, struct str name, struct strbuf *out, struct diag *why)
{
	struct selection sel = selection_of(name);
	int err = selection_check(v, name, why);

	for (struct vale_switch *sw = v->switches; err == 0 && sw != NULL;
	     sw = sw->next) {
		if (!selected(sel.sw, sw->name))
			continue;
		sb_printf(out, "%s:\n", sw->name);
		for (uint32_t i = 0; i < sw->table->n; i++) {
			const struct vale_slot *s = sw->table->slot[i];
			struct vale_counts c;

			if (s == NULL || !selected(sel.port, s->name))
				continue;
			slot_counts(s, &c);
			text_count(s->name, "rx", &c.rx, out);
			text_count("", "tx", &c.tx, out);
		}
	}
	return err;
}
