/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * foreign.c -- see foreign.h.  The one place in vale/ with file-scope state
 * beside main's: a signal handler has no other argument.
 */
#define _GNU_SOURCE
#include "vale/foreign.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/atomic.h"
#include "base/err.h"

/* linux/magic.h: memfd and tmpfs; huge pages. */
enum { TMPFS = 0x01021994 };
static const unsigned int HUGETLBFS = 0x958458f6;

struct foreign_slot {
	uintptr_t base; /* atomic; 0: free, written last */
	size_t size;
	int *lost;
};

static struct {
	pthread_once_t once;
	pthread_mutex_t mutex;
	struct foreign_slot slot[FOREIGN_MAX];
} the = { PTHREAD_ONCE_INIT, PTHREAD_MUTEX_INITIALIZER, { { 0, 0, NULL } } };

static void
foreign_fault(int signo, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	int kept = errno;

	(void)context;
	for (unsigned int i = 0; i < FOREIGN_MAX; i++) {
		uintptr_t base = load_acquire(&the.slot[i].base);
		size_t size = the.slot[i].size;

		if (base == 0 || at < base || at - base >= size)
			continue;
		store_release(the.slot[i].lost, 1);
		/* It worked before with this address and length. */
		if (mmap((void *)base, size, PROT_READ | PROT_WRITE,
		        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
		        -1, 0) == (void *)base) {
			errno = kept;
			return;
		}
	}
	/* Not ours: the fault comes again, and ends the process. */
	signal(signo, SIG_DFL);
}

static void
foreign_install(void)
{
	struct sigaction sa = { .sa_sigaction = foreign_fault,
		.sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &sa, NULL);
}

/* Makes the mapping known to the handler; false: there are too many. */
static bool
foreign_register(struct foreign *f, int *lost)
{
	bool found = false;

	pthread_mutex_lock(&the.mutex);
	for (unsigned int i = 0; i < FOREIGN_MAX && !found; i++) {
		struct foreign_slot *s = &the.slot[i];

		if (s->base != 0)
			continue;
		s->size = f->size;
		s->lost = lost;
		store_release(&s->base, (uintptr_t)f->base);
		f->slot = i;
		found = true;
	}
	pthread_mutex_unlock(&the.mutex);
	return found;
}

int
foreign_map(
    struct foreign *f, int fd, uint64_t size, int *lost, struct diag *why)
{
	struct statfs fs;
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0 || fstatfs(fd, &fs) != 0 ||
	    (fs.f_type != TMPFS && (unsigned int)fs.f_type != HUGETLBFS))
		return diag(why, ERR_PEER, "memory: not a memory file");
	if (size == 0 || size > (uint64_t)st.st_size)
		return diag(why, ERR_PEER,
		    "memory: %llu bytes are said, the file has %lld",
		    (unsigned long long)size, (long long)st.st_size);
	/* Of huge pages only whole ones can be unmapped. */
	size = (size + (uint64_t)st.st_blksize - 1) &
	       ~((uint64_t)st.st_blksize - 1);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
	    fd, 0);
	if (p == MAP_FAILED)
		return diag(why, errno == ENOMEM ? ERR_NOMEM : ERR_PEER,
		    "memory: mmap: %s", strerror(errno));
	(void)pthread_once(&the.once, foreign_install);
	f->base = p;
	f->size = size;
	if (foreign_register(f, lost))
		return 0;
	munmap(p, size);
	f->base = NULL;
	return diag(why, ERR_NOMEM, "memory: too many mappings");
}

void
foreign_unmap(struct foreign *f)
{
	if (f->base == NULL)
		return;
	pthread_mutex_lock(&the.mutex);
	store_release(&the.slot[f->slot].base, (uintptr_t)0);
	pthread_mutex_unlock(&the.mutex);
	munmap(f->base, f->size);
	f->base = NULL;
}
