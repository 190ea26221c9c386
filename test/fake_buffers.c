/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_buffers.c -- packet buffers as a guest has them: in the region shared
 * with the switch as long as there is room.  The linker puts these in front of
 * the host's own (--wrap).
 */
#include "minios/xen/region.h"

void *__real_os_buffers_alloc(size_t n);
void __real_os_buffers_free(void *p, size_t n);
void *__wrap_os_buffers_alloc(size_t n);
void __wrap_os_buffers_free(void *p, size_t n);

void *
__wrap_os_buffers_alloc(size_t n)
{
	void *p = region_buffers_alloc(n);

	return p != NULL ? p : __real_os_buffers_alloc(n);
}

void
__wrap_os_buffers_free(void *p, size_t n)
{
	if (!region_buffers_free(p, n))
		__real_os_buffers_free(p, n);
}
