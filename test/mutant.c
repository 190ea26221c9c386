/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mutant.c -- the table of elements with one of them emptied: the class that
 * MUTANT in the environment names does nothing with packets any more.  Linked
 * in front of libclick.a (tools/mutate), whose own table then stays out.
 *
 * Emptied: .action lets all packets pass as they are, .push kills them, .pull
 * gives none, tasks and timers run and do nothing.  Arguments and handlers
 * stay, but where an element has no ports: then it takes any arguments and does
 * nothing; and where it has nothing but handlers: then it has none.
 */
#include <stdlib.h>
#include <string.h>

#include "click/element.h"

/* As in click/classes.h, but to be written at the start. */
struct class_entry {
	const struct element_class *class;
	const char *family;
};

/* The generated table, which the build renames. */
extern const struct class_entry real_class_table[];
extern const size_t real_class_count;

enum { CLASSES_MAX = 1024 };

extern struct class_entry class_table[CLASSES_MAX];
extern size_t class_count;
struct class_entry class_table[CLASSES_MAX];
size_t class_count;

static struct element_class mutant;

static void
mutant_action(struct element *e, struct batch *b)
{
	(void)e;
	(void)b;
}

static void
mutant_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)e;
	(void)port;
	batch_kill(b);
}

static unsigned int
mutant_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)e;
	(void)port;
	(void)b;
	(void)max;
	return 0;
}

static int
mutant_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)e;
	(void)conf;
	(void)errh;
	return 0;
}

static int
mutant_initialize(struct element *e, struct errh *errh)
{
	(void)e;
	(void)errh;
	return 0;
}

static bool
mutant_run(struct element *e, struct task *task, struct thread *t)
{
	(void)e;
	(void)task;
	(void)t;
	return false;
}

static void
mutant_fire(struct element *e, struct timer *timer, struct thread *t)
{
	(void)e;
	(void)timer;
	(void)t;
}

/* ---- in the place of the runtime's own, by the linker's --wrap ---- */

void __real_task_init(
    struct task *task, struct element *e, task_fn *run, struct errh *errh);
void __wrap_task_init(
    struct task *task, struct element *e, task_fn *run, struct errh *errh);
void __real_task_init_scheduled(
    struct task *task, struct element *e, task_fn *run, struct errh *errh);
void __wrap_task_init_scheduled(
    struct task *task, struct element *e, task_fn *run, struct errh *errh);
void __real_timer_init(struct timer *timer, struct element *e, timer_fn *fire);
void __wrap_timer_init(struct timer *timer, struct element *e, timer_fn *fire);

void
__wrap_task_init(
    struct task *task, struct element *e, task_fn *run, struct errh *errh)
{
	__real_task_init(task, e, e->class == &mutant ? mutant_run : run, errh);
}

void
__wrap_task_init_scheduled(
    struct task *task, struct element *e, task_fn *run, struct errh *errh)
{
	__real_task_init_scheduled(
	    task, e, e->class == &mutant ? mutant_run : run, errh);
}

void
__wrap_timer_init(struct timer *timer, struct element *e, timer_fn *fire)
{
	__real_timer_init(timer, e, e->class == &mutant ? mutant_fire : fire);
}

static void
mutant_empty(struct class_entry *entry)
{
	mutant = *entry->class;
	if (mutant.action != NULL)
		mutant.action = mutant_action;
	if (mutant.push != NULL)
		mutant.push = mutant_push;
	if (mutant.pull != NULL)
		mutant.pull = mutant_pull;
	if (mutant.ports == NULL || strcmp(mutant.ports, "0/0") == 0) {
		mutant.configure = mutant_configure;
		mutant.initialize = mutant_initialize;
	}
	if (mutant.action == NULL && mutant.push == NULL &&
	    mutant.pull == NULL && mutant.configure == NULL &&
	    mutant.initialize == NULL)
		mutant.add_handlers = NULL;
	entry->class = &mutant;
}

/* Before main(): programs are linked as they are. */
__attribute__((constructor)) static void
mutant_start(void)
{
	const char *name = getenv("MUTANT");

	if (real_class_count > CLASSES_MAX)
		abort();
	class_count = real_class_count;
	for (size_t i = 0; i < class_count; i++) {
		class_table[i] = real_class_table[i];
		if (name != NULL &&
		    strcmp(class_table[i].class->name, name) == 0)
			mutant_empty(&class_table[i]);
	}
}
