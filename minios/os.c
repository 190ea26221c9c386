/* SPDX-License-Identifier: BSD-3-Clause */
/* os.c -- os/os.h in a guest: time, memory, log and the end. */
#include "os/os.h"

#include <string.h>

#include "base/err.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/thread.h"
#include "minios/trap.h"

int64_t
os_steady_ns(void)
{
	return machine->steady_ns();
}

int64_t
os_wall_ns(void)
{
	return machine->wall_ns();
}

int64_t
os_cpu_ns(void)
{
	struct thread_stats s;

	thread_stats(&s);
	return machine->steady_ns() - s.idle_ns;
}

void *
os_buffers_alloc(size_t n)
{
	size_t count = (n + PAGE_SIZE - 1) / PAGE_SIZE;
	void *p = pages_alloc(count);

	if (p != NULL)
		memset(p, 0, count * PAGE_SIZE);
	return p;
}

void
os_buffers_free(void *p, size_t n)
{
	(void)n; /* the pages know */
	pages_free(p);
}

void
os_log(struct str text)
{
	console_write(text.s, text.n);
}

void
os_print(struct str text)
{
	console_write(text.s, text.n);
}

void
os_panic(const char *why)
{
	console_panic_mode();
	console_printf("panic: %s in thread %s\n", why, thread_name());
	trap_trace((uint64_t)__builtin_frame_address(0));
	machine->end(MACHINE_CRASH);
}

void
base_assert_failed(const char *what, const char *file, int line)
{
	console_panic_mode();
	console_printf("%s:%d: ", file, line);
	os_panic(what);
}
