/* SPDX-License-Identifier: BSD-3-Clause */
/* grant_test.c -- the grant table, whose frames are the test's own. */
#include "minios/xen/grant.h"

#include <string.h>

#include "base/err.h"
#include "minios/arch.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "minios/xen/public.h"
#include "test/fake_minios.h"
#include "test/tap.h"

enum { REFS = PAGE_SIZE / sizeof(grant_entry_v1_t), FRAMES = 2, MANY = 700 };

static struct {
	grant_entry_v1_t *frame[FRAMES];
	unsigned int mapped;
} table;

static uint64_t
table_frame_of(uint64_t page)
{
	return page + 5;
}

static int
table_frame(void *page, unsigned int index)
{
	if (index >= FRAMES)
		return ERR_NOMEM;
	if (table.frame[index] == NULL) /* what is there stays, as Xen's does */
		memset(page, 0, PAGE_SIZE);
	table.frame[index] = page;
	table.mapped++;
	return 0;
}

static const struct machine_ops table_machine = {
	.frame_of = table_frame_of,
	.grant_frame = table_frame,
};

const struct machine_ops *machine = &table_machine;

int
paging_map(const void *va, const uint64_t *frames, size_t count)
{
	(void)va, (void)frames;
	table.mapped -= (unsigned int)count;
	return 0;
}

static grant_entry_v1_t *
entry(uint32_t ref)
{
	return &table.frame[ref / REFS][ref % REFS];
}

static void
test_grants(void)
{
	static char page[2 * PAGE_SIZE] __attribute__((aligned(4096)));
	uint32_t ref[MANY], more;
	unsigned int n, i, wrong = 0;

	for (n = 0; n < MANY; n++)
		if (grant_page(3, page + PAGE_SIZE, n % 2 == 1, &ref[n]) != 0)
			break;
	is_num(n, MANY, "grants: the table grows");
	for (i = 0; i < n; i++)
		wrong +=
		    ref[i] < GNTTAB_NR_RESERVED_ENTRIES ||
		    entry(ref[i])->domid != 3 ||
		    entry(ref[i])->frame !=
		        (uint32_t)((uintptr_t)page >> PAGE_SHIFT) + 6 ||
		    entry(ref[i])->flags !=
		        (GTF_permit_access | (i % 2 == 1 ? GTF_readonly : 0));
	is_num(wrong, 0, "grants: each entry says what was asked for");
	entry(ref[0])->flags |= GTF_reading;
	ok(!grant_end(ref[0]), "grants: not ended while it is mapped");
	entry(ref[0])->flags &= (uint16_t)~GTF_reading;
	wrong = 0;
	for (i = 0; i < n; i++)
		wrong += !grant_end(ref[i]) || entry(ref[i])->flags != 0;
	is_num(wrong, 0, "grants: all end");
	is_num(grant_used(), 0, "grants: and are counted");
	for (n = 0; grant_page(3, page, true, &more) == 0; n++)
		ref[n % MANY] = more;
	is_num(n, FRAMES * REFS - GNTTAB_NR_RESERVED_ENTRIES,
	    "grants: each reference once");
	for (i = FRAMES * REFS; i-- > GNTTAB_NR_RESERVED_ENTRIES;)
		grant_end(i); /* so that the lowest are the next */
}

/* To another host, where the toolstack has made its own entries. */
static void
test_resume(void)
{
	static char page[PAGE_SIZE] __attribute__((aligned(4096)));
	uint32_t old[2], new[2];
	unsigned int i;

	for (i = 0; i < 2; i++)
		grant_page(3, page, false, &old[i]);
	entry(old[0])->flags |= GTF_reading | GTF_writing;
	entry(1)->flags = GTF_permit_access;
	grant_suspend();
	is_num(table.mapped, 0, "suspend: no frame of the table is mapped");
	grant_resume(true);
	is_num(table.mapped, FRAMES, "resume: all are");
	is_num(entry(1)->flags, GTF_permit_access,
	    "resume: the toolstack's entries are left alone");
	is_num(entry(old[0])->flags | entry(old[1])->flags, 0,
	    "resume: what was granted is not any more");
	for (i = 0; i < 2; i++)
		grant_page(4, page, false, &new[i]);
	ok(new[0] != old[0] && new[0] != old[1] && new[1] != old[0] &&
	        new[1] != old[1],
	    "resume: its references are still their owners'");
	ok(grant_end(old[0]) && grant_end(old[1]), "resume: who end them");
	is_num(entry(new[0])->flags & entry(new[1])->flags, GTF_permit_access,
	    "resume: which ends nothing else");
	grant_suspend();
	grant_resume(false);
	is_num(entry(new[0])->flags, GTF_permit_access,
	    "called off: all is as it was");
	ok(grant_end(new[0]) && grant_end(new[1]), "called off: and ends");
	is_num(grant_used(), 0, "called off: none is left");
}

int
main(void)
{
	test_grants();
	test_resume();
	return tap_done();
}
