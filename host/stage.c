/* SPDX-License-Identifier: BSD-3-Clause */
/* stage.c -- how far a process has come, and how much memory it has. */
#include <fcntl.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/strbuf.h"
#include "host/host.h"
#include "os/os.h"

static struct {
	int64_t entry_ns;
	int64_t at_ns[OS_STAGES]; /* atomic; 0: not reached */
	int statm;                /* -1: opened when it is wanted */
	uint64_t memory;          /* 0: what the machine has */
} stages = { .statm = -1 };

/* The first stage of a process is its beginning. */
void
os_stage(enum os_stage stage)
{
	int64_t now = os_steady_ns(), none = 0;

	if (stage == OS_STAGE_MEMORY)
		stages.entry_ns = now;
	(void)compare_exchange(&stages.at_ns[stage], &none, now);
}

int64_t
os_stage_us(enum os_stage stage)
{
	int64_t at = load_relaxed(&stages.at_ns[stage]);

	return at == 0 ? -1 : (at - stages.entry_ns) / 1000;
}

void
memory_is(uint64_t limit)
{
	stages.memory = limit;
	stages.statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

/* Pages in use, the second number of statm (proc(5)). */
static uint64_t
stage_resident(void)
{
	int fd = stages.statm >= 0
	             ? stages.statm
	             : open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128];
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof(text), 0) : 0;
	struct str rest = str_make(text, n > 0 ? (size_t)n : 0);
	uint64_t pages = 0;

	if (fd >= 0 && fd != stages.statm)
		close(fd);
	(void)str_word(&rest);
	rest = str_word(&rest);
	for (size_t i = 0; i < rest.n && char_digit(rest.s[i]); i++)
		pages = pages * 10 + (uint64_t)(rest.s[i] - '0');
	return pages;
}

/* Megabytes, whatever the thread. */
size_t
os_stack_left(void)
{
	return SIZE_MAX;
}

void
os_memory(struct os_memory *m)
{
	struct sysinfo info;

	m->total =
	    sysinfo(&info) == 0 ? (uint64_t)info.totalram * info.mem_unit : 0;
	if (stages.memory != 0 && stages.memory < m->total)
		m->total = stages.memory;
	m->used = stage_resident() * (uint64_t)sysconf(_SC_PAGESIZE);
}
