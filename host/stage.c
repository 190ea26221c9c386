/* SPDX-License-Identifier: BSD-3-Clause */
/* stage.c -- how far a process has come, and how much memory it has. */
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/strbuf.h"
#include "os/os.h"

static struct {
	int64_t entry_ns;
	int64_t at_ns[OS_STAGES]; /* atomic; 0: not reached */
} stages;

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

/* Pages in use, the second number of statm (proc(5)). */
static uint64_t
stage_resident(void)
{
	struct strbuf text = STRBUF_INIT;
	uint64_t pages = 0;
	struct str rest;

	if (os_file_read(STR("/proc/self/statm"), &text, NULL) == 0) {
		rest = sb_str(&text);
		(void)str_word(&rest);
		rest = str_word(&rest);
		for (size_t i = 0; i < rest.n && char_digit(rest.s[i]); i++)
			pages = pages * 10 + (uint64_t)(rest.s[i] - '0');
	}
	sb_fini(&text);
	return pages;
}

void
os_memory(struct os_memory *m)
{
	struct sysinfo info;

	m->total =
	    sysinfo(&info) == 0 ? (uint64_t)info.totalram * info.mem_unit : 0;
	m->used = stage_resident() * (uint64_t)sysconf(_SC_PAGESIZE);
}
