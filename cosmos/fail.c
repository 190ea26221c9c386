/* SPDX-License-Identifier: BSD-3-Clause */
/* fail.c -- errors, and results on their way to the caller; internal.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/internal.h"

static void
cosmos_say(struct cosmos *c, const char *fmt, va_list ap)
{
	sb_clear(&c->error);
	sb_vprintf(&c->error, fmt, ap);
}

int
cosmos_fail(struct cosmos *c, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cosmos_say(c, fmt, ap);
	va_end(ap);
	return status;
}

static int
status_of_errno(int error)
{
	switch (error) {
	case ENOENT:
		return COSMOS_E_NOTFOUND;
	case EEXIST:
		return COSMOS_E_EXISTS;
	case EACCES:
	case EPERM:
		return COSMOS_E_DENIED;
	case ENOSPC:
	case EDQUOT:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return COSMOS_E_FULL;
	case ETIMEDOUT:
	case EAGAIN:
		return COSMOS_E_TIMEOUT;
	default:
		return COSMOS_E_SYSTEM;
	}
}

int
cosmos_fail_errno(struct cosmos *c, const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	cosmos_say(c, fmt, ap);
	va_end(ap);
	sb_printf(&c->error, ": %s", strerror(error));
	return status_of_errno(error);
}

int
guest_list_add(
    struct cosmos *c, struct guest_list *list, const struct cosmos_guest *g)
{
	struct cosmos_guest *v;

	if (list->n == list->cap) {
		list->cap = list->cap == 0 ? 16 : 2 * list->cap;
		v = realloc(list->v, list->cap * sizeof(*v));
		if (v == NULL)
			return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
		list->v = v;
	}
	list->v[list->n++] = *g;
	return COSMOS_OK;
}

int
text_give(
    struct cosmos *c, struct strbuf *from, int status, char **text, size_t *n)
{
	size_t length = from->n;
	struct str taken;

	if (status == COSMOS_OK) {
		sb_addc(from, '\0');
		if (from->oom)
			status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	}
	if (status == COSMOS_OK) {
		taken = sb_take(from);
		memcpy(text, &taken.s, sizeof(*text));
		if (n != NULL)
			*n = length;
	}
	sb_fini(from);
	return status;
}

int
file_read(struct cosmos *c, const char *path, struct strbuf *out)
{
	FILE *f = fopen(path, "re");
	char *room;
	size_t n;
	int status = COSMOS_OK;

	if (f == NULL)
		return cosmos_fail_errno(c, "%s", path);
	do {
		room = sb_reserve(out, 65536);
		n = room != NULL ? fread(room, 1, 65536, f) : 0;
		out->n += n;
	} while (n > 0);
	if (ferror(f))
		status = cosmos_fail_errno(c, "%s", path);
	else if (out->oom)
		status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	fclose(f);
	return status;
}
