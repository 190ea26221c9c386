/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kvm_image.c -- whether a guest's kernel fits into the memory it is to have.
 *
 * QEMU loads what fits and starts it; one that was cut off dies before it can
 * say a word.  So its program headers are looked at first (ELF-64, System V
 * ABI, chapter 5).  What is no ELF file is left to QEMU, which says so.
 */
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/kvm.h"

enum { HEADERS_MAX = 64 };

/* The end of what is loaded, by physical address; 0: that is no kernel. */
static uint64_t
image_end(int fd)
{
	Elf64_Ehdr e;
	Elf64_Phdr p;
	uint64_t end = 0;
	unsigned int i;

	if (pread(fd, &e, sizeof(e), 0) != (ssize_t)sizeof(e) ||
	    memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_phnum > HEADERS_MAX)
		return 0;
	for (i = 0; i < e.e_phnum; i++) {
		if (pread(fd, &p, sizeof(p),
		        (off_t)(e.e_phoff + i * sizeof(p))) !=
		    (ssize_t)sizeof(p))
			return 0;
		if (p.p_type == PT_LOAD && p.p_paddr <= UINT32_MAX &&
		    p.p_memsz <= UINT32_MAX && p.p_paddr + p.p_memsz > end)
			end = p.p_paddr + p.p_memsz;
	}
	return end;
}

int
kvm_image_fits(struct cosmos *c, const struct cosmos_spec *spec,
    const char *kernel, uint64_t memory)
{
	const uint64_t mb = 1 << 20;
	int fd = open(kernel, O_RDONLY | O_CLOEXEC);
	uint64_t end = fd >= 0 ? image_end(fd) : 0;

	if (fd >= 0)
		close(fd);
	/* It also needs some to run in. */
	if (end == 0 || memory >= end + mb / 2)
		return COSMOS_OK;
	return cosmos_fail(c, COSMOS_E_FULL,
	    "%s: %llu kB of memory are too little: its kernel %s alone ends at "
	    "%llu kB: --memory %lluM",
	    spec->name, (unsigned long long)(memory >> 10), kernel,
	    (unsigned long long)(end >> 10),
	    (unsigned long long)((end + mb / 2 + mb - 1) / mb));
}
