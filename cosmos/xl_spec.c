/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xl_spec.c -- what xl's settings (xl.cfg(5)) mean for us.  One that has a
 * meaning for a machine with disks or screens only is named in the warnings;
 * one that would make another guest than was meant is an error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cosmos/internal.h"
#include "cosmos/xl_parse.h"

/* A spec with all that it points to. */
struct loaded {
	struct cosmos_spec spec; /* first: what is handed out */
	struct xl_file file;
	char *ports[COSMOS_PORTS_MAX];
	char *config;
};

struct loading {
	struct cosmos *c;
	const char *path;
	struct loaded *to;
	struct strbuf warnings;
};

static int
load_fail(struct loading *l, const struct xl_setting *s, const char *what)
{
	return cosmos_fail(l->c, COSMOS_E_USAGE, "%s:%u: %s: %s", l->path,
	    s->line, s->key, what);
}

static void
load_warn(struct loading *l, const struct xl_setting *s, const char *what)
{
	sb_printf(
	    &l->warnings, "%s:%u: %s: %s\n", l->path, s->line, s->key, what);
}

static int
load_number(
    struct loading *l, const struct xl_setting *s, unsigned long *number)
{
	char *end;

	*number = strtoul(s->value[0], &end, 0);
	if (s->n != 1 || *end != '\0' || s->value[0][0] < '0' ||
	    s->value[0][0] > '9')
		return load_fail(l, s, "not a number");
	return COSMOS_OK;
}

/* ---- settings, one by one ---- */

static int
load_memory(struct loading *l, const struct xl_setting *s)
{
	unsigned long mb;
	int status = load_number(l, s, &mb);

	if (status == COSMOS_OK)
		l->to->spec.memory = (uint64_t)mb << 20;
	return status;
}

static int
load_vcpus(struct loading *l, const struct xl_setting *s)
{
	unsigned long n;
	int status = load_number(l, s, &n);

	if (status == COSMOS_OK && n != 1)
		load_warn(l, s, "our guests have one processor");
	return status;
}

static int
load_type(struct loading *l, const struct xl_setting *s)
{
	if (strcmp(s->value[0], "pv") != 0 && strcmp(s->value[0], "pvh") != 0)
		return load_fail(l, s, "pv or pvh");
	l->to->spec.type = s->value[0];
	return COSMOS_OK;
}

static int
load_pvh(struct loading *l, const struct xl_setting *s)
{
	unsigned long on;
	int status = load_number(l, s, &on);

	if (status == COSMOS_OK)
		l->to->spec.type = on != 0 ? "pvh" : "pv";
	return status;
}

static int
load_builder(struct loading *l, const struct xl_setting *s)
{
	if (strcmp(s->value[0], "hvm") == 0)
		return load_fail(l, s, "our guests are PV or PVH");
	return COSMOS_OK;
}

static int
load_action(struct loading *l, const struct xl_setting *s, uint32_t *action)
{
	static const struct {
		const char *name;
		uint32_t action;
		bool exactly;
	} actions[] = {
		{ "destroy", COSMOS_ACTION_DESTROY, true },
		{ "restart", COSMOS_ACTION_RESTART, true },
		{ "preserve", COSMOS_ACTION_PRESERVE, true },
		{ "rename-restart", COSMOS_ACTION_RESTART, false },
		{ "coredump-destroy", COSMOS_ACTION_DESTROY, false },
		{ "coredump-restart", COSMOS_ACTION_RESTART, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (strcmp(s->value[0], actions[i].name) == 0) {
			*action = actions[i].action;
			if (!actions[i].exactly)
				load_warn(l, s, "no core and no second name");
			return COSMOS_OK;
		}
	return load_fail(l, s, "destroy, restart or preserve");
}

static int
load_poweroff(struct loading *l, const struct xl_setting *s)
{
	return load_action(l, s, &l->to->spec.on_poweroff);
}

static int
load_reboot(struct loading *l, const struct xl_setting *s)
{
	return load_action(l, s, &l->to->spec.on_reboot);
}

static int
load_crash(struct loading *l, const struct xl_setting *s)
{
	return load_action(l, s, &l->to->spec.on_crash);
}

/* The configuration: the original's click=FILE, or xl's own ramdisk. */
static int
load_click(struct loading *l, const struct xl_setting *s)
{
	struct strbuf text = STRBUF_INIT;
	const char *slash = strrchr(s->value[0], '/');
	int status = file_read(l->c, s->value[0], &text);

	free(l->to->config);
	l->to->config = NULL;
	status = text_give(
	    l->c, &text, status, &l->to->config, &l->to->spec.config_length);
	l->to->spec.config = l->to->config;
	l->to->spec.label = slash != NULL ? slash + 1 : s->value[0];
	return status;
}

static int
load_extra(struct loading *l, const struct xl_setting *s)
{
	l->to->spec.cmdline = s->value[0];
	return COSMOS_OK;
}

static int
load_kernel(struct loading *l, const struct xl_setting *s)
{
	l->to->spec.image = s->value[0];
	return COSMOS_OK;
}

static int
load_name(struct loading *l, const struct xl_setting *s)
{
	l->to->spec.name = s->value[0];
	return COSMOS_OK;
}

static int
load_cpus(struct loading *l, const struct xl_setting *s)
{
	if (strcmp(s->value[0], "all") != 0)
		l->to->spec.cpus = s->value[0];
	return COSMOS_OK;
}

/* ---- devices ---- */

/* One part "key=value" of a vif's text, n bytes. */
static int
load_vif_part(struct loading *l, const struct xl_setting *s, const char *part,
    size_t n, struct strbuf *bridge, struct strbuf *mac)
{
	const char *equals = memchr(part, '=', n);
	size_t key = equals != NULL ? (size_t)(equals - part) : n;
	struct str value = str_make(part + key, n - key);

	if (n == 0)
		return COSMOS_OK;
	value = str_from(value, value.n > 0);
	if (key == 6 && memcmp(part, "bridge", key) == 0) {
		sb_clear(bridge);
		sb_add(bridge, value);
	} else if (key == 3 && memcmp(part, "mac", key) == 0) {
		sb_add(mac, value);
	} else if (key == 7 && memcmp(part, "backend", key) == 0) {
		if (!str_is(value, "0") && !str_is(value, "Domain-0"))
			return load_fail(
			    l, s, "backends are in dom0: no backend=");
	} else if (key == 6 && memcmp(part, "script", key) == 0) {
		load_warn(l, s,
		    "no script is run: the port is joined to its "
		    "bridge without");
	} else {
		load_warn(l, s, "only mac= and bridge= have a meaning here");
	}
	return COSMOS_OK;
}

static int
load_vif(struct loading *l, const struct xl_setting *s, const char *text)
{
	struct cosmos_spec *spec = &l->to->spec;
	struct strbuf bridge = STRBUF_INIT, mac = STRBUF_INIT,
	              port = STRBUF_INIT;
	size_t n;
	int status = COSMOS_OK;

	if (spec->nports == COSMOS_PORTS_MAX)
		return load_fail(l, s, "too many of them");
	sb_adds(&bridge, "xenbr0"); /* as xl has it */
	while (status == COSMOS_OK && *text != '\0') {
		n = strcspn(text, ",");
		status = load_vif_part(l, s, text, n, &bridge, &mac);
		text += n + (text[n] == ',');
		text += strspn(text, " ");
	}
	sb_printf(&port, "%u=%s%s", spec->nports,
	    strncmp(sb_cstr(&bridge), "vale", 4) == 0 ? "" : "bridge:",
	    sb_cstr(&bridge));
	if (mac.n > 0)
		sb_printf(&port, ",mac=%s", sb_cstr(&mac));
	port.oom |= bridge.oom || mac.oom;
	status =
	    text_give(l->c, &port, status, &l->to->ports[spec->nports], NULL);
	spec->nports += status == COSMOS_OK;
	sb_fini(&bridge);
	sb_fini(&mac);
	return status;
}

static int
load_vifs(struct loading *l, const struct xl_setting *s)
{
	int status = COSMOS_OK;
	size_t i;

	for (i = 0; status == COSMOS_OK && i < s->n; i++)
		status = load_vif(l, s, s->value[i]);
	return status;
}

static const struct {
	const char *key;
	bool may_be_empty;
	int (*load)(struct loading *l, const struct xl_setting *s);
} load_keys[] = {
	{ "name", false, load_name },
	{ "kernel", false, load_kernel },
	{ "type", false, load_type },
	{ "pvh", false, load_pvh },
	{ "builder", false, load_builder },
	{ "memory", false, load_memory },
	{ "vcpus", false, load_vcpus },
	{ "cpus", false, load_cpus },
	{ "vif", true, load_vifs },
	{ "click", false, load_click },
	{ "ramdisk", false, load_click },
	{ "extra", false, load_extra },
	{ "cmdline", false, load_extra },
	{ "on_poweroff", false, load_poweroff },
	{ "on_reboot", false, load_reboot },
	{ "on_crash", false, load_crash },
};

static int
load_setting(struct loading *l, const struct xl_setting *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(load_keys); i++) {
		if (strcmp(s->key, load_keys[i].key) != 0)
			continue;
		if (s->n == 0 && !load_keys[i].may_be_empty)
			return load_fail(l, s, "an empty list");
		return load_keys[i].load(l, s);
	}
	load_warn(l, s, "it means nothing to our guests");
	return COSMOS_OK;
}

static int
load_text(struct loading *l, const char *text)
{
	struct diag why = { "" };
	size_t i;
	int status = COSMOS_OK;

	if (xl_parse(&l->to->file, text, &why) != 0)
		return cosmos_fail(
		    l->c, COSMOS_E_USAGE, "%s:%s", l->path, why.text);
	for (i = 0; status == COSMOS_OK && i < l->to->file.n; i++)
		status = load_setting(l, &l->to->file.v[i]);
	if (status == COSMOS_OK && l->to->spec.name == NULL)
		status = cosmos_fail(l->c, COSMOS_E_USAGE,
		    "%s: it has no name = \"...\"", l->path);
	return status;
}

int
cosmos_spec_load(struct cosmos *c, const char *path, struct cosmos_spec **spec,
    char **warnings)
{
	const struct cosmos_spec none = COSMOS_SPEC_INIT;
	struct loading l = { .c = c, .path = path };
	struct strbuf text = STRBUF_INIT;
	int status = file_read(c, path, &text);

	l.to = calloc(1, sizeof(*l.to));
	if (status == COSMOS_OK && l.to == NULL)
		status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	if (status == COSMOS_OK) {
		l.to->spec = none;
		l.to->spec.ports = (const char *const *)l.to->ports;
		status = load_text(&l, sb_cstr(&text));
	}
	sb_fini(&text);
	status = text_give(c, &l.warnings, status, warnings, NULL);
	if (status == COSMOS_OK)
		*spec = &l.to->spec;
	else if (l.to != NULL)
		cosmos_spec_free(&l.to->spec);
	return status;
}

void
cosmos_spec_free(struct cosmos_spec *spec)
{
	struct loaded *self = container_of(spec, struct loaded, spec);
	unsigned int i;

	if (spec == NULL)
		return;
	for (i = 0; i < spec->nports; i++)
		free(self->ports[i]);
	free(self->config);
	xl_free(&self->file);
	free(self);
}
