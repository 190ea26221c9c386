/* SPDX-License-Identifier: BSD-3-Clause */
/* region.c -- see region.h. */
#define _GNU_SOURCE
#include "vale/region.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* linux/magic.h: a memfd lies on a tmpfs, if it is not of huge pages. */
enum { TMPFS = 0x01021994 };
enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static int
region_map(struct vale_region *r, uint32_t generation, int fd, struct diag *why)
{
	const struct netring_layout *l = &r->layout;
	void *p =
	    mmap(NULL, l->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return diag(why, errno == ENOMEM ? ERR_NOMEM : ERR_IO,
		    "region: mmap: %s", strerror(errno));
	r->base = p;
	r->memory.buffers = r->base + l->buffer_offset;
	r->memory.count = l->buffers;
	netring_head_write(r->base, l, REGION_FEATURES, generation);
	return 0;
}

int
region_make(
    struct vale_region *r, uint32_t generation, int *fd, struct diag *why)
{
	int err = netring_layout_make(&r->layout, why), new;

	if (err != 0)
		return err;
	new = memfd_create("netring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (new < 0)
		return diag(why, ERR_IO, "region: memfd: %s", strerror(errno));
	if (ftruncate(new, (off_t)r->layout.size) != 0 ||
	    fcntl(new, F_ADD_SEALS, SEALS) != 0)
		err = diag(why, ERR_IO, "region: %s", strerror(errno));
	else
		err = region_map(r, generation, new, why);
	if (err != 0)
		close(new);
	else
		*fd = new;
	return err;
}

int
region_adopt(
    struct vale_region *r, uint32_t generation, int fd, struct diag *why)
{
	int err = netring_layout_make(&r->layout, why), seals;
	struct statfs fs;
	struct stat st;

	if (err != 0)
		return err;
	if (fstat(fd, &st) != 0 || fstatfs(fd, &fs) != 0)
		return diag(why, ERR_PEER, "region: %s", strerror(errno));
	seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fs.f_type != TMPFS)
		return diag(why, ERR_PEER,
		    "region: not a memfd sealed against shrinking");
	if ((uint64_t)st.st_size != r->layout.size)
		return diag(why, ERR_PEER,
		    "region: has %lld bytes, its layout asks for %llu",
		    (long long)st.st_size, (unsigned long long)r->layout.size);
	return region_map(r, generation, fd, why);
}

void
region_unmap(struct vale_region *r)
{
	if (r->base != NULL)
		munmap(r->base, r->layout.size);
	r->base = NULL;
}
