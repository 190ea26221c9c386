/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * machine.h -- what differs between the ways in which this kernel is booted.
 *
 * The image has one entry for each: Xen PV (pv/), and PVH, which is entered by
 * Xen or by a hypervisor that knows nothing of Xen (pvh/).  The entry code sets
 * `machine` before anything else runs, and nothing outside these folders asks
 * which it is.
 *
 * Interrupts (PV: events) are closed all the time but in idle().  The first
 * that comes closes them again and does nothing else: no code of ours ever runs
 * in an interrupt, and whoever wants to know what happened looks for it in
 * poll(), called by the scheduler.
 */
#ifndef MINIOS_MACHINE_H
#define MINIOS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/diag.h"
#include "base/str.h"

struct control_link;
struct netdev;
struct os_port_request;
struct os_waiter;
struct store;

enum machine_end { MACHINE_POWEROFF, MACHINE_REBOOT, MACHINE_CRASH };

struct machine_ops {
	const char *name;

	/*
	 * Page tables.  A frame is what an entry holds: on PV a machine
	 * frame, else the page's own number.  table() makes a zeroed or
	 * filled page fit to be hooked into a table.  Writes may be put
	 * off until sync(), which also empties the TLB.
	 */
	uint64_t *(*root)(void);
	uint64_t (*frame_of)(uint64_t page);
	uint64_t (*page_of)(uint64_t frame);
	void (*table)(void *page);
	void (*write)(uint64_t *entry, uint64_t value);
	void (*sync)(void);

	/*
	 * Where mapping memory takes time, only some of it is mapped at the
	 * boot: how many pages are not, asked once; and pages_arrive() with
	 * more of them.  False: there are none.  NULL: all are mapped.
	 */
	uint64_t (*unmapped)(void);
	bool (*map_more)(void);

	/*
	 * Puts frame index of the grant table in the place of page (Xen only).
	 * 0, or ERR_NOMEM when Xen gives no more.
	 */
	int (*grant_frame)(void *page, unsigned int index);

	/* The address of the page fault that is being reported. */
	uint64_t (*fault_address)(void);

	/* What each of the C library's thread blocks hangs on. */
	void (*set_fs)(void *block);

	/* Connects drivers and store; called in the first thread. */
	void (*start)(void);

	/* Clocks; see os/os.h. */
	int64_t (*steady_ns)(void);
	int64_t (*wall_ns)(void);
	/* How long we have had a processor, as far as the hypervisor says. */
	int64_t (*run_ns)(void);

	/* Hands what has happened since to its handlers.  True: something. */
	bool (*poll)(void);
	/* Sleeps until something happens or the clock says deadline_ns. */
	void (*idle)(int64_t deadline_ns);

	/* Port `number` of the machine, as os_port_open(). */
	int (*port_open)(unsigned int number, const struct os_port_request *req,
	    struct netdev **dev, struct diag *why);

	/*
	 * XenStore, for the control thread that sleeps on w; NULL where there
	 * is none.
	 */
	struct store *(*store)(struct os_waiter *w);

	/*
	 * The next control link by another way than XenStore, as
	 * os_control_accept(); or NULL.
	 */
	int (*control_accept)(struct os_waiter *w, struct control_link **link);

	/* The console: bytes taken or given, 0: none now.  Never blocks. */
	uint32_t (*console_write)(const char *s, uint32_t n);
	uint32_t (*console_read)(char *s, uint32_t n);

	/* What selftest=all tries on this machine only (selftest_ok.h); or
	 * NULL. */
	void (*selftest)(void);

	/*
	 * Sleeps until somebody resumes us, then makes events, console and
	 * store reachable again.  False: the suspend was called off, nothing
	 * has changed.  NULL where it cannot be done.
	 */
	bool (*suspend)(void);

	/*
	 * From now on what the toolstack asks of us is obeyed; or NULL.  Not
	 * before the first router runs: whoever made us waits for that.
	 */
	void (*listen)(void);

	NORETURN void (*end)(enum machine_end how);
};

extern const struct machine_ops *machine;

/* Pages [first, end). */
struct page_range {
	uint64_t first, end;
};

enum { BOOT_RANGES = 16 };

/* What the entry code found out, before kernel_main. */
struct boot_info {
	char cmdline[4096];
	struct page_range usable[BOOT_RANGES]; /* mapped and free */
	unsigned int usable_count;
	uint64_t page_end; /* one past the highest page there may be */
	struct str module; /* the ramdisk that came along, or empty */
	uint64_t entered_tsc;
};

extern struct boot_info boot;

/* Adds a range to the usable ones, less what lies in any of the holes. */
void boot_add(
    struct page_range range, const struct page_range *hole, unsigned int holes);

/* The rest of the boot, the same for all machines. */
NORETURN void kernel_main(void);

#endif
