/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keep.c -- what was installed in a guest, noted in its folder as it happens:
 * one that has crashed cannot be asked.  In "kept/":
 *
 *	N          router N: its label, a line, and its text
 *	N.halted   it was stopped
 *	N.none     it was removed
 *
 * Router 0 is the one of the spec unless there is a note about it, so that
 * create has nothing to write.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cosmos/internal.h"

#define KEPT "kept"

static void
keep_path(char path[static 32], unsigned int router, const char *what)
{
	snprintf(path, 32, KEPT "/%u%s", router, what);
}

static void
keep_mark(int folder, unsigned int router, const char *what, bool on)
{
	char path[32];
	int fd;

	keep_path(path, router, what);
	if (!on) {
		unlinkat(folder, path, 0);
		return;
	}
	fd = openat(folder, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

/* A whole new file takes the place of the old one. */
static void
keep_text(int folder, unsigned int router, const char *label, struct str text)
{
	char path[32], fresh[32];
	struct strbuf out = STRBUF_INIT;
	bool ok;
	int fd;

	keep_path(path, router, "");
	keep_path(fresh, router, ".new");
	sb_printf(&out, "%s\n", label);
	sb_add(&out, text);
	fd = openat(
	    folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && !out.oom && write(fd, out.s, out.n) == (ssize_t)out.n;
	if (fd >= 0)
		close(fd);
	if (!ok || renameat(folder, fresh, folder, path) != 0)
		unlinkat(folder, fresh, 0);
	sb_fini(&out);
}

/* The noted label; "" where none is. */
static void
keep_label(int folder, unsigned int router, char label[static 256])
{
	char path[32];
	ssize_t n = 0;
	int fd;

	keep_path(path, router, "");
	fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, label, 255);
		close(fd);
	}
	label[n > 0 ? n : 0] = '\0';
	label[strcspn(label, "\n")] = '\0';
}

/*
 * The guest runs it already: a note that cannot be written (a full disk) costs
 * its being started again, not the call.
 */
void
keep_note(int folder, enum control_op op, unsigned int router,
    const char *label, struct str text)
{
	char old[256];

	if (mkdirat(folder, KEPT, 0700) != 0 && errno != EEXIST)
		return;
	switch (op) {
	case CONTROL_SWAP:
		keep_label(folder, router, old);
		keep_text(folder, router, old, text);
		break;
	case CONTROL_INSTALL:
		keep_text(folder, router, label, text);
		keep_mark(folder, router, ".halted", false);
		keep_mark(folder, router, ".none", false);
		break;
	case CONTROL_REMOVE:
		keep_mark(folder, router, ".none", true);
		keep_mark(folder, router, ".halted", false);
		keep_mark(folder, router, "", false);
		break;
	default:
		keep_mark(folder, router, ".halted", op == CONTROL_STOP);
		break;
	}
}

static bool
keep_marked(int folder, unsigned int router, const char *what)
{
	char path[32];

	keep_path(path, router, what);
	return faccessat(folder, path, F_OK, 0) == 0;
}

/* One that was swapped is called as it was before; router 0 by its spec. */
static int
keep_read(struct cosmos *c, const char *path, unsigned int router,
    const struct cosmos_spec *spec, struct strbuf *in)
{
	struct strbuf file = STRBUF_INIT;
	int status = file_read(c, path, &file);

	if (router == 0 && file.n > 0 && file.s[0] == '\n')
		sb_adds(in, spec->label != NULL ? spec->label : spec->name);
	sb_add(in, sb_str(&file));
	sb_fini(&file);
	return status;
}

static int
keep_load_one(struct cosmos *c, int folder, unsigned int router,
    const struct cosmos_spec *spec, struct kept_router *k)
{
	struct strbuf in = STRBUF_INIT;
	char path[64], *end;
	int status;

	if (keep_marked(folder, router, ".none"))
		return COSMOS_OK;
	k->halted = keep_marked(folder, router, ".halted");
	if (keep_marked(folder, router, "")) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d/" KEPT "/%u",
		    folder, router);
		status = keep_read(c, path, router, spec, &in);
	} else if (router == 0 && spec->config != NULL) {
		sb_printf(&in, "%s\n",
		    spec->label != NULL ? spec->label : spec->name);
		sb_add(&in, str_make(spec->config, spec->config_length));
		status = COSMOS_OK;
	} else {
		return COSMOS_OK;
	}
	status = text_give(c, &in, status, &k->label, &k->n);
	if (status != COSMOS_OK)
		return status;
	end = k->label + strcspn(k->label, "\n");
	k->n -= (size_t)(end - k->label) + (*end == '\n');
	k->text = end + (*end == '\n');
	*end = '\0';
	return COSMOS_OK;
}

int
keep_load(struct cosmos *c, int folder, const struct cosmos_spec *spec,
    struct kept *k)
{
	unsigned int i;
	int status = COSMOS_OK;

	memset(k, 0, sizeof(*k));
	for (i = 0; status == COSMOS_OK && i < COSMOS_ROUTERS; i++)
		status = keep_load_one(c, folder, i, spec, &k->router[i]);
	if (status != COSMOS_OK)
		keep_fini(k);
	return status;
}

void
keep_fini(struct kept *k)
{
	unsigned int i;

	for (i = 0; i < COSMOS_ROUTERS; i++)
		free(k->router[i].label);
	memset(k, 0, sizeof(*k));
}

void
keep_clear(int folder)
{
	int fd = openat(folder, KEPT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	closedir(d);
	unlinkat(folder, KEPT, AT_REMOVEDIR);
}
