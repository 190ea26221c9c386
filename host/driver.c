/* SPDX-License-Identifier: BSD-3-Clause */
/* driver.c -- see driver.h. */
#include "host/driver.h"

#include <stdio.h>

#include "base/addr.h"
#include "click/classes.h"
#include "click/conf.h"
#include "host/archive.h"
#include "host/host.h"
#include "host/library.h"
#include "os/os.h"

static void
driver_say(void *arg, struct str line)
{
	(void)arg;
	os_log(line);
}

void
driver_init(struct driver *d, const struct options *o)
{
	*d = (struct driver){ .options = o };
	errh_sink_init(&d->errh, driver_say, NULL);
}

void
driver_fini(struct driver *d)
{
	if (d->master != NULL)
		master_free(d->master);
	errh_fini(&d->errh);
	sb_fini(&d->library);
}

struct str
driver_config_name(const struct driver *d)
{
	if (d->options->config_is_text)
		return STR("config");
	if (d->options->config.n == 0 || str_is(d->options->config, "-"))
		return STR("<stdin>");
	return d->options->config;
}

/* ---- routers ---- */

/* graph.h's library: looks beside the file that asks and along CLICKPATH. */
static int
driver_library(void *arg, struct str name, struct strbuf *text,
    struct str *file, struct errh *errh)
{
	struct driver *d = arg;
	struct diag why = { "" };
	int err;

	err = library_find(name, d->options->clickpath, *file, &d->library);
	if (err != 0)
		return err;
	*file = sb_str(&d->library);
	err = os_file_read(*file, text, &why);
	if (err != 0)
		errh_error(errh, "%.*s: %s", STR_ARG(*file), why.text);
	return err == ERR_NOTFOUND ? ERR_IO : err;
}

/* Adds the control sockets of the command line to g. */
static int
driver_add_sockets(const struct driver *d, struct graph *g, bool hotswap)
{
	const struct options *o = d->options;

	for (size_t i = 0; i < o->sockets.n; i++) {
		const struct option_socket *s = &o->sockets.v[i];
		struct graph_element e = { .landmark = STR("click") };
		char number[24] = "";

		if (i > 0)
			snprintf(number, sizeof(number), "@%zu", i);
		e.name = arena_printf(
		    &g->mem, "click_driver@@ControlSocket%s", number);
		e.class = class_find(STR("ControlSocket"));
		e.config = arena_printf(&g->mem, "%s, %.*s%s", s->type,
		    STR_ARG(s->where),
		    hotswap ? ", RETRIES 1, RETRY_WARNINGS false" : "");
		if (e.name.s == NULL || e.config.s == NULL ||
		    vec_push(&g->elements, e) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static int
driver_make(struct driver *d, struct str text, struct str file, bool hotswap,
    struct errh *errh, struct router **r)
{
	struct graph_source source = { .text = text,
		.file = file,
		.defines = &d->options->defines,
		.library = driver_library,
		.library_arg = d };
	struct graph g;
	int err;

	err = graph_parse(&g, &source, errh);
	if (err == ERR_NOMEM)
		errh_error(errh, "out of memory");
	if (err != 0)
		return err;
	if (driver_add_sockets(d, &g, hotswap) != 0) {
		graph_fini(&g);
		return errh_error(errh, "out of memory");
	}
	return router_new(
	    d->master, &g, hotswap ? master_router(d->master) : NULL, r, errh);
}

/* The text of the configuration, out of its archive if it is one. */
static int
driver_read(struct driver *d, struct strbuf *text, struct str *config)
{
	struct str name = driver_config_name(d);
	struct diag why = { "" };

	if (d->options->config_is_text) {
		*config = d->options->config;
		return 0;
	}
	if (os_file_read(
	        str_is(name, "<stdin>") ? STR("-") : name, text, &why) != 0)
		return errh_error(
		    &d->errh, "%.*s: %s", STR_ARG(name), why.text);
	*config = sb_str(text);
	if (config->n > 0 && config->s[0] == '!' &&
	    !archive_find(*config, STR("config"), config))
		return errh_error(&d->errh,
		    "%.*s: archive has no 'config' section", STR_ARG(name));
	return 0;
}

int
driver_router(struct driver *d, struct router **r)
{
	struct strbuf text = STRBUF_INIT;
	struct str config;
	int err;

	err = driver_read(d, &text, &config);
	if (err == 0)
		err = driver_make(
		    d, config, driver_config_name(d), false, &d->errh, r);
	sb_fini(&text);
	return err;
}

/* ---- global handlers ---- */

static int
driver_hotconfig(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct driver *d = (struct driver *)user;
	struct router *r;

	(void)e;
	if (driver_make(d, call->text, STR("config"), true, call->errh, &r) !=
	    0)
		return ERR_INVAL;
	router_activate(r);
	return 0;
}

static int
driver_classes(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	for (size_t i = 0; i < class_count; i++) {
		sb_adds(call->out, class_table[i].class->name);
		sb_addc(call->out, '\n');
	}
	return 0;
}

/* Everything is linked in. */
static int
driver_packages(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	(void)call;
	return 0;
}

static int
driver_timewarp(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct driver *d = (const struct driver *)user;

	(void)e;
	sb_adds(call->out, d->options->simtime ? "simulation" : "1");
	return 0;
}

static int
driver_add_handlers(struct driver *d)
{
	const struct handler all[] = {
		{ .name = STR("classes"), .read = driver_classes },
		{ .name = STR("packages"), .read = driver_packages },
		{ .name = STR("timewarp"),
		    .read = driver_timewarp,
		    .read_user = (uintptr_t)d },
		{ .name = STR("hotconfig"),
		    .write = driver_hotconfig,
		    .write_user = (uintptr_t)d,
		    .flags = HANDLER_RAW },
	};
	size_t n = ARRAY_SIZE(all) - (d->options->allow_reconfigure ? 0 : 1);
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = master_add_handler(d->master, &all[i]);
	return err;
}

int
driver_start(struct driver *d)
{
	const struct options *o = d->options;
	struct master_options mo = { .nthreads = o->nthreads,
		.simtime = o->simtime,
		.sim_start_ns = (int64_t)(o->sim_start * 1e9),
		.spawn = driver_spawn,
		.join = driver_join };
	struct diag why = { "" };

	/* Simulated time goes on when all have nothing to do: one knows. */
	if (o->simtime && o->nthreads > 1) {
		if (!o->no_warnings)
			errh_warning(&d->errh, "--simtime: one thread only");
		mo.nthreads = 1;
	}
	for (size_t i = 0; i < o->bindings.n; i++)
		if (port_bind(o->bindings.v[i], &why) != 0)
			return errh_error(&d->errh, "%s", why.text);
	d->master = master_new(&mo);
	if (d->master == NULL || driver_add_handlers(d) != 0)
		return errh_error(&d->errh, "out of memory");
	return 0;
}
