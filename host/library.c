/* SPDX-License-Identifier: BSD-3-Clause */
/* library.c -- see library.h. */
#include "host/library.h"

#include <sys/stat.h>

#include "base/err.h"
#include "os/os.h"

/* True when folder/sub/name, now in *path, is a plain file. */
static bool
library_try(
    struct str folder, const char *sub, struct str name, struct strbuf *path)
{
	struct stat st;

	sb_clear(path);
	sb_add(path, folder);
	if (!str_ends(folder, STR("/")))
		sb_addc(path, '/');
	sb_adds(path, sub);
	sb_add(path, name);
	return !path->oom && stat(sb_cstr(path), &st) == 0 &&
	       S_ISREG(st.st_mode);
}

static struct str
library_folder(struct str file)
{
	size_t slash = str_rfind(file, '/');

	return slash == file.n || slash == 0 ? STR(".")
	                                     : str_sub(file, 0, slash);
}

int
library_find(struct str name, const char *clickpath, struct str asking,
    struct strbuf *found)
{
	struct str path =
	    clickpath != NULL ? str_of(clickpath) : os_env("CLICKPATH");
	struct strbuf full = STRBUF_INIT;
	bool good = str_starts(name, STR("/"));
	size_t from = 0;
	int err;

	if (good)
		sb_add(&full, name);
	while (!good && from <= path.n) {
		size_t colon = str_find(path, ':', from);
		struct str folder = str_sub(path, from, colon);

		from = colon + 1;
		if (folder.n == 0)
			good = library_try(
			    library_folder(asking), "", name, &full);
		else
			good =
			    library_try(folder, "conf/click/", name, &full) ||
			    library_try(folder, "conf/", name, &full) ||
			    library_try(folder, "", name, &full);
	}
	if (!good || full.oom) {
		err = full.oom ? ERR_NOMEM : ERR_NOTFOUND;
		sb_fini(&full);
		return err;
	}
	sb_fini(found);
	*found = full;
	return 0;
}
