/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nameinfo.c -- looking names up: a router's own, the tables', the system's.
 *
 * A router's names lie in one hash table.  Each belongs to a scope, the name
 * of the compound it was defined in with its slash ("a/b/"), and a look-up
 * tries the scopes from the innermost out.
 */
#include "click/nameinfo.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "click/conf.h"
#include "click/nametable.h"
#include "click/router.h"
#include "os/os.h"

struct name {
	struct name *next;
	enum name_type type;
	struct str scope, name;
	uint8_t size;
	unsigned char value[NAME_VALUE_MAX];
};

enum { NAME_BUCKETS = 256 };

struct nameinfo {
	struct arena mem; /* the names */
	struct name *bucket[NAME_BUCKETS];
};

/* The scope of e's own compound: "a/b/" for a/b/c, "" at top level. */
static struct str
name_scope(const struct element *e)
{
	size_t slash = str_rfind(e->name, '/');

	return slash == e->name.n ? STR("") : str_sub(e->name, 0, slash + 1);
}

/* The scope around it. */
static struct str
name_scope_outer(struct str scope)
{
	struct str inner = str_sub(scope, 0, scope.n - 1);
	size_t slash = str_rfind(inner, '/');

	return slash == inner.n ? STR("") : str_sub(scope, 0, slash + 1);
}

static struct name **
name_bucket(struct nameinfo *names, struct str name)
{
	return &names->bucket[hash_str(name) % NAME_BUCKETS];
}

/* The name defined in this very scope, or NULL. */
static struct name *
name_find(struct nameinfo *names, enum name_type type, struct str scope,
    struct str name)
{
	struct name *n = *name_bucket(names, name);

	while (n != NULL && (n->type != type || !str_eq(n->name, name) ||
	                        !str_eq(n->scope, scope)))
		n = n->next;
	return n;
}

static const struct name *
name_find_outwards(
    const struct element *e, enum name_type type, struct str name)
{
	struct str scope = name_scope(e);
	const struct name *n;

	for (;;) {
		n = name_find(e->router->names, type, scope, name);
		if (n != NULL || scope.n == 0)
			return n;
		scope = name_scope_outer(scope);
	}
}

static bool
name_query_table(enum name_type type, struct str name, uint32_t *value)
{
	size_t n = 0;
	const struct name_entry *entries = name_table(type, &n);

	for (size_t i = 0; i < n; i++) {
		if (!str_is(name, entries[i].name))
			continue;
		*value = entries[i].value;
		return true;
	}
	return false;
}

/* ---- the system's files ---- */

/* The protocol by which /etc/services calls the ports of type, or NULL. */
static const char *
name_port_proto(enum name_type type)
{
	switch ((unsigned int)type) {
	case NAME_TCP_PORT:
		return "tcp";
	case NAME_UDP_PORT:
		return "udp";
	case NAME_SCTP_PORT:
		return "sctp";
	case NAME_DCCP_PORT:
		return "dccp";
	default:
		return NULL;
	}
}

/*
 * A line "name number alias..." or "name number/proto alias..."; proto NULL
 * is the first form.
 */
static bool
name_match_line(
    struct str line, const char *proto, struct str name, uint32_t *value)
{
	struct str first, number, word;
	bool overflow, found;
	uint64_t x;
	size_t slash;

	line = str_sub(line, 0, str_find(line, '#', 0));
	first = str_word(&line);
	number = str_word(&line);
	slash = str_find(number, '/', 0);
	if (proto == NULL ? slash < number.n
	                  : !str_is(str_from(number, slash + 1), proto))
		return false;
	found = first.n > 0 && str_eq(first, name);
	while (!found && (word = str_word(&line)).n > 0)
		found = str_eq(word, name);
	if (!found || !conf_u64(str_sub(number, 0, slash), 10, &x, &overflow) ||
	    x > UINT16_MAX)
		return false;
	*value = (uint32_t)x;
	return true;
}

/* The last line that has the name wins, as definitions replace each other. */
static bool
name_query_system(enum name_type type, struct str name, uint32_t *value)
{
	const char *proto = name_port_proto(type);
	struct strbuf text = STRBUF_INIT;
	struct str rest, line;
	bool found = false;

	if (name.n == 0 || (proto == NULL && type != NAME_IP_PROTO) ||
	    char_digit(name.s[0]))
		return false;
	if (os_file_read(
	        proto == NULL ? STR("/etc/protocols") : STR("/etc/services"),
	        &text, NULL) == 0)
		for (rest = sb_str(&text); str_line(&rest, &line);)
			found |= name_match_line(line, proto, name, value);
	sb_fini(&text);
	return found;
}

/* ---- the interface ---- */

bool
name_query(enum name_type type, const struct element *e, struct str name,
    void *value, size_t size)
{
	const struct name *n;
	uint32_t x;

	if (e != NULL && e->router->names != NULL) {
		n = name_find_outwards(e, type, name);
		if (n != NULL && n->size == size) {
			memcpy(value, n->value, size);
			return true;
		}
	}
	if (size != sizeof(x) || (!name_query_table(type, name, &x) &&
	                             !name_query_system(type, name, &x)))
		return false;
	memcpy(value, &x, sizeof(x));
	return true;
}

/* Of several names one of the nearest. */
static struct str
name_reverse_router(const struct element *e, enum name_type type,
    const void *value, size_t size)
{
	struct str scope = name_scope(e);

	for (;;) {
		for (size_t i = 0; i < NAME_BUCKETS; i++)
			for (const struct name *n = e->router->names->bucket[i];
			     n != NULL; n = n->next)
				if (n->type == type && n->size == size &&
				    str_eq(n->scope, scope) &&
				    memcmp(n->value, value, size) == 0)
					return n->name;
		if (scope.n == 0)
			return STR("");
		scope = name_scope_outer(scope);
	}
}

struct str
name_reverse(enum name_type type, const struct element *e, const void *value,
    size_t size)
{
	const struct name_entry *entries;
	struct str name = STR("");
	size_t n = 0;

	if (e != NULL && e->router->names != NULL)
		name = name_reverse_router(e, type, value, size);
	entries = size == sizeof(uint32_t) ? name_table(type, &n) : NULL;
	for (size_t i = 0; i < n && name.n == 0; i++)
		if (memcmp(&entries[i].value, value, size) == 0)
			name = str_of(entries[i].name);
	return name;
}

/* A new name without a value, in its bucket; NULL when out of memory. */
static struct name *
name_add(struct nameinfo *names, enum name_type type, struct str scope,
    struct str name)
{
	struct name **bucket = name_bucket(names, name);
	struct name *n = arena_alloc(&names->mem, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->type = type;
	n->name = arena_str(&names->mem, name);
	n->scope = arena_str(&names->mem, scope);
	if (n->name.s == NULL || n->scope.s == NULL)
		return NULL;
	n->next = *bucket;
	*bucket = n;
	return n;
}

int
name_define(enum name_type type, struct element *e, struct str name,
    const void *value, size_t size)
{
	struct router *r = e->router;
	struct name *n;

	ASSERT(size <= NAME_VALUE_MAX);
	if (name.n == 0)
		return ERR_INVAL;
	if (r->names == NULL) {
		r->names = calloc(1, sizeof(*r->names));
		if (r->names == NULL)
			return ERR_NOMEM;
	}
	n = name_find(r->names, type, name_scope(e), name);
	if (n == NULL)
		n = name_add(r->names, type, name_scope(e), name);
	if (n == NULL)
		return ERR_NOMEM;
	memcpy(n->value, value, size);
	n->size = (uint8_t)size;
	return 0;
}

void
name_router_fini(struct router *r)
{
	if (r->names == NULL)
		return;
	arena_fini(&r->names->mem);
	free(r->names);
	r->names = NULL;
}
