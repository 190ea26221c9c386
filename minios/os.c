/* SPDX-License-Identifier: BSD-3-Clause */
/* os.c -- os/os.h in a guest: time, memory, log and the end. */
#include "os/os.h"

#include <string.h>

#include "base/err.h"
#include "minios/arch.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/trap.h"
#include "minios/xen/region.h"

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

size_t
os_stack_left(void)
{
	return fiber_stack_left();
}

int64_t
os_cpu_ns(void)
{
	struct fiber_stats s;

	fiber_stats(&s);
	return machine->steady_ns() - s.idle_ns;
}

void *
os_buffers_alloc(size_t n)
{
	size_t count = (n + PAGE_SIZE - 1) / PAGE_SIZE;
	void *p = region_buffers_alloc(n);

	if (p != NULL)
		return p;
	p = pages_alloc(count);
	if (p != NULL)
		memset(p, 0, count * PAGE_SIZE);
	return p;
}

void
os_buffers_free(void *p, size_t n)
{
	if (!region_buffers_free(p, n))
		pages_free(p);
}

void
os_memory(struct os_memory *m)
{
	struct pages_stats p;

	pages_stats(&p);
	m->total = p.total * PAGE_SIZE;
	m->used = (p.total - p.free) * PAGE_SIZE;
}

/* xorshift64*: fed by the processor's generator where it has one. */
static uint64_t
os_random_word(void)
{
	static uint64_t state;
	unsigned long long hardware = 0;

	state ^= rdtsc();
	if ((cpuid(1, 0).ecx & 1u << 30) != 0)
		__asm__ volatile("rdrand %0" : "=r"(hardware) : : "cc");
	state ^= hardware + UINT64_C(0x9e3779b97f4a7c15);
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(0x2545f4914f6cdd1d);
}

void
os_random(void *buf, size_t n)
{
	uint8_t *to = buf;
	uint64_t word;
	size_t part;

	for (; n > 0; n -= part, to += part) {
		word = os_random_word();
		part = n < sizeof(word) ? n : sizeof(word);
		memcpy(to, &word, part);
	}
}

int
os_file_read(struct str path, struct strbuf *out, struct diag *why)
{
	(void)out;
	return diag(
	    why, ERR_NOTSUP, "%.*s: a guest has no files", STR_ARG(path));
}

int
os_file_write(struct str path, struct str data, bool append, struct diag *why)
{
	(void)append;
	if (!str_is(path, "-"))
		return diag(why, ERR_NOTSUP, "%.*s: a guest has no files",
		    STR_ARG(path));
	os_print(data);
	return 0;
}

struct str
os_env(const char *name)
{
	struct str value;

	return cmdline_get(name, &value) ? value : STR("");
}

int
os_send_signal(int64_t pid, int signo, struct diag *why)
{
	(void)pid, (void)signo;
	return diag(why, ERR_NOTSUP, "a guest has no signals");
}

int64_t
os_process_id(void)
{
	return 0;
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
	console_printf("panic: %s in thread %s\n", why, fiber_name());
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
