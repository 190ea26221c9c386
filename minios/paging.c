/* SPDX-License-Identifier: BSD-3-Clause */
/* paging.c -- see paging.h. */
#include "minios/paging.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/err.h"
#include "minios/arch.h"
#include "minios/image.h"
#include "minios/machine.h"
#include "minios/pages.h"

enum { ENTRIES = 512 };

static uint64_t *
paging_table(uint64_t entry)
{
	uint64_t page = machine->page_of((entry & PTE_FRAME) >> PAGE_SHIFT);

	return (uint64_t *)(page << PAGE_SHIFT);
}

static uint64_t
paging_table_entry(const void *table)
{
	uint64_t page = (uintptr_t)table >> PAGE_SHIFT;

	return machine->frame_of(page) << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE;
}

/* Puts a table of 4 kB pages in the place of a large page. */
static uint64_t *
paging_split(uint64_t *entry)
{
	uint64_t *table = pages_alloc(1);
	uint64_t i, base = *entry & PTE_FRAME;

	if (table == NULL)
		return NULL;
	for (i = 0; i < ENTRIES; i++)
		table[i] = (base + (i << PAGE_SHIFT)) |
		           (*entry & (PTE_PRESENT | PTE_WRITE | PTE_NX));
	machine->table(table);
	machine->write(entry, paging_table_entry(table));
	machine->sync();
	return table;
}

static uint64_t *
paging_grow(uint64_t *entry)
{
	uint64_t *table = pages_alloc(1);

	if (table == NULL)
		return NULL;
	memset(table, 0, PAGE_SIZE);
	machine->table(table);
	machine->write(entry, paging_table_entry(table));
	machine->sync();
	return table;
}

/* Goes down to the table whose entries cover 1 << shift bytes. */
static uint64_t *
paging_walk(uint64_t va, int shift, bool create)
{
	uint64_t *table = machine->root();
	uint64_t *entry;
	int above;

	for (above = 39; above > shift && table != NULL; above -= 9) {
		entry = &table[va >> above & (ENTRIES - 1)];
		if ((*entry & PTE_PRESENT) == 0)
			table = create ? paging_grow(entry) : NULL;
		else if ((*entry & PTE_LARGE) != 0)
			table = paging_split(entry);
		else
			table = paging_table(*entry);
	}
	return table == NULL ? NULL : &table[va >> shift & (ENTRIES - 1)];
}

uint64_t *
paging_entry(uint64_t va, bool create)
{
	return paging_walk(va, PAGE_SHIFT, create);
}

uint64_t *
paging_directory_entry(uint64_t va)
{
	return paging_walk(va, PAGE_SHIFT + 9, true);
}

/*
 * What the entry of a page becomes.  A page that is there but not writable may
 * be a page table, so PAGING_WRITE leaves it alone.  An absent page leaves
 * nothing in its entry: a frame there would not survive a migration.
 */
static uint64_t
paging_apply(uint64_t entry, uint64_t page, enum paging_access access)
{
	if ((entry & PTE_PRESENT) == 0)
		entry = machine->frame_of(page) << PAGE_SHIFT | PTE_PRESENT |
		        PTE_WRITE;
	switch (access) {
	case PAGING_NONE:
		return 0;
	case PAGING_READ:
		return (entry & ~PTE_WRITE) | PTE_NX;
	case PAGING_EXEC:
		return entry & ~(PTE_WRITE | PTE_NX);
	case PAGING_WRITE:
		break;
	}
	return entry | PTE_NX;
}

int
paging_protect(const void *va, size_t count, enum paging_access access)
{
	uint64_t address = (uintptr_t)va;
	uint64_t *entry;
	size_t i;

	for (i = 0; i < count; i++) {
		entry = paging_entry(address + i * PAGE_SIZE, false);
		if (entry == NULL)
			return ERR_NOMEM;
		machine->write(entry,
		    paging_apply(*entry, (address >> PAGE_SHIFT) + i, access));
	}
	machine->sync();
	return 0;
}

int
paging_map(const void *va, const uint64_t *frames, size_t count)
{
	uint64_t address = (uintptr_t)va;
	uint64_t *entry;
	size_t i;

	for (i = 0; i < count; i++) {
		entry = paging_entry(address + i * PAGE_SIZE, true);
		if (entry == NULL)
			return ERR_NOMEM;
		machine->write(entry,
		    frames[i] << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE | PTE_NX);
	}
	machine->sync();
	return 0;
}

/* What the image's pages are for; all others hold data. */
static enum paging_access
paging_image(uint64_t va)
{
	if (va < PAGE_SIZE)
		return PAGING_NONE;
	if (va >= (uintptr_t)image_text && va < (uintptr_t)image_text_end)
		return PAGING_EXEC;
	if (va >= (uintptr_t)image_text_end && va < (uintptr_t)image_data)
		return PAGING_READ;
	return PAGING_WRITE;
}

/* Whether [va, end) has only pages that hold data. */
static bool
paging_is_data(uint64_t va, uint64_t end)
{
	return va >= PAGE_SIZE &&
	       (end <= (uintptr_t)image_text || va >= (uintptr_t)image_data);
}

static void
paging_protect_table(uint64_t *table, uint64_t va)
{
	unsigned int i;

	for (i = 0; i < ENTRIES; i++, va += PAGE_SIZE)
		if ((table[i] & PTE_PRESENT) != 0)
			machine->write(
			    &table[i], paging_apply(table[i], va >> PAGE_SHIFT,
			                   paging_image(va)));
}

/*
 * A table of second level covers a gigabyte.  What has nothing but data is
 * said at once to be that: each entry of a PV guest's is a request to Xen.
 */
static void
paging_protect_directory(uint64_t *directory, uint64_t va)
{
	unsigned int slot;

	for (slot = 0; slot < ENTRIES; slot++, va += ENTRIES * PAGE_SIZE) {
		if ((directory[slot] & PTE_PRESENT) == 0)
			continue;
		if (paging_is_data(va, va + ENTRIES * PAGE_SIZE)) {
			machine->write(
			    &directory[slot], directory[slot] | PTE_NX);
			continue;
		}
		paging_entry(va, false); /* splits a large one */
		paging_protect_table(paging_table(directory[slot]), va);
	}
}

void
paging_init(void)
{
	uint64_t *pointers = paging_table(machine->root()[0]);
	uint64_t slot;

	for (slot = 0; slot < ENTRIES; slot++)
		if ((pointers[slot] & PTE_PRESENT) != 0)
			paging_protect_directory(
			    paging_table(pointers[slot]), slot << 30);
	machine->sync();
}
