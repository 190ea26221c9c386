/* SPDX-License-Identifier: BSD-3-Clause */
/* router.c -- operations on a guest's routers: one request each. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/internal.h"

int
router_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, const char *path, struct str payload,
    struct strbuf *reply)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	if (status != COSMOS_OK)
		return status;
	status = p->ask(c, g, op, router, str_of(path), payload, reply);
	if (status < 0)
		return -status;
	return control_said(c, g->name, status, reply);
}

/* A request whose answer has nothing to say. */
static int
router_do(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, const char *path, struct str payload)
{
	struct strbuf reply = STRBUF_INIT;
	int status = router_ask(c, g, op, router, path, payload, &reply);

	sb_fini(&reply);
	return status;
}

/* A request for a text. */
static int
router_get(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int router, const char *path, struct str payload, char **text,
    size_t *n)
{
	struct strbuf reply = STRBUF_INIT;
	int status = router_ask(c, g, op, &router, path, payload, &reply);

	return text_give(c, &reply, status, text, n);
}

/* What has happened to a router, for when its guest is started again. */
static void
router_note(const struct cosmos_guest *g, enum control_op op,
    unsigned int router, const char *label, struct str text)
{
	const struct platform *p = platform_of(g->platform);
	int folder = p->folder != NULL ? p->folder(g) : -1;

	if (folder < 0)
		return;
	keep_note(folder, op, router, label, text);
	close(folder);
}

int
router_put(struct cosmos *c, const struct cosmos_guest *g, unsigned int *router,
    const char *label, const char *text, size_t n)
{
	return router_do(
	    c, g, CONTROL_INSTALL, router, label, str_make(text, n));
}

int
router_install(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *label, const char *text, size_t n)
{
	int status = router_put(c, g, &router, label, text, n);

	if (status == COSMOS_OK)
		router_note(
		    g, CONTROL_INSTALL, router, label, str_make(text, n));
	return status;
}

int
cosmos_install(struct cosmos *c, const struct cosmos_guest *g,
    const char *label, const char *text, size_t n, unsigned int *router)
{
	unsigned int id = CONTROL_ANY_ROUTER;
	int status = router_put(c, g, &id, label, text, n);

	if (status != COSMOS_OK)
		return status;
	router_note(g, CONTROL_INSTALL, id, label, str_make(text, n));
	if (router != NULL)
		*router = id;
	return COSMOS_OK;
}

int
cosmos_swap(struct cosmos *c, const struct cosmos_guest *g, unsigned int router,
    const char *text, size_t n)
{
	int status =
	    router_do(c, g, CONTROL_SWAP, &router, "", str_make(text, n));

	if (status == COSMOS_OK)
		router_note(g, CONTROL_SWAP, router, "", str_make(text, n));
	return status;
}

static int
router_change(struct cosmos *c, const struct cosmos_guest *g,
    enum control_op op, unsigned int router)
{
	int status = router_do(c, g, op, &router, "", STR(""));

	if (status == COSMOS_OK)
		router_note(g, op, router, "", STR(""));
	return status;
}

int
cosmos_start(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router)
{
	return router_change(c, g, CONTROL_START, router);
}

int
cosmos_stop(struct cosmos *c, const struct cosmos_guest *g, unsigned int router)
{
	return router_change(c, g, CONTROL_STOP, router);
}

int
cosmos_remove(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router)
{
	return router_change(c, g, CONTROL_REMOVE, router);
}

int
cosmos_read(struct cosmos *c, const struct cosmos_guest *g, unsigned int router,
    const char *handler, const char *param, char **text, size_t *n)
{
	return router_get(
	    c, g, CONTROL_READ, router, handler, str_of(param), text, n);
}

int
cosmos_write(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *handler, const char *value, size_t n)
{
	return router_do(
	    c, g, CONTROL_WRITE, &router, handler, str_make(value, n));
}

int
cosmos_routers(
    struct cosmos *c, const struct cosmos_guest *g, char **text, size_t *n)
{
	return router_get(
	    c, g, CONTROL_LIST, CONTROL_ANY_ROUTER, "", STR(""), text, n);
}

int
cosmos_router_status(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, char **text, size_t *n)
{
	return router_get(c, g, CONTROL_STATUS, router, "", STR(""), text, n);
}

int
cosmos_stats(
    struct cosmos *c, const struct cosmos_guest *g, char **text, size_t *n)
{
	return router_get(
	    c, g, CONTROL_STATS, CONTROL_ANY_ROUTER, "", STR(""), text, n);
}

int
cosmos_config(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, char **text, size_t *n)
{
	return router_get(c, g, CONTROL_CONFIG, router, "", STR(""), text, n);
}

int
cosmos_shutdown(struct cosmos *c, const struct cosmos_guest *g, const char *how)
{
	unsigned int none = CONTROL_ANY_ROUTER;

	return router_do(c, g, CONTROL_SHUTDOWN, &none, "", str_of(how));
}

int
keep_install(
    struct cosmos *c, const struct cosmos_guest *g, const struct kept *k)
{
	unsigned int i;
	int status = COSMOS_OK;

	for (i = 0; status == COSMOS_OK && i < COSMOS_ROUTERS; i++) {
		const struct kept_router *r = &k->router[i];

		if (r->label == NULL)
			continue;
		status = router_install(c, g, i, r->label, r->text, r->n);
		if (status == COSMOS_OK && r->halted)
			status = cosmos_stop(c, g, i);
	}
	return status;
}
