/* SPDX-License-Identifier: BSD-3-Clause */
/* list.h -- a ring of nodes embedded in what they hold; the head is one too. */
#ifndef MINIOS_LIST_H
#define MINIOS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(head)                                                        \
	{                                                                      \
		&(head), &(head)                                               \
	}

static inline void
list_init(struct list *head)
{
	head->next = head->prev = head;
}

static inline bool
list_empty(const struct list *head)
{
	return head->next == head;
}

static inline void
list_append(struct list *head, struct list *node)
{
	node->next = head;
	node->prev = head->prev;
	head->prev->next = node;
	head->prev = node;
}

static inline void
list_prepend(struct list *head, struct list *node)
{
	list_append(head->next, node);
}

/* The node is then a ring of its own, so that removing again is harmless. */
static inline void
list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* The first node, taken off; NULL if there is none. */
static inline struct list *
list_pop(struct list *head)
{
	struct list *node = head->next;

	if (node == head)
		return NULL;
	list_remove(node);
	return node;
}

#define list_each(node, head)                                                  \
	for (struct list *node = (head)->next; node != (head);                 \
	     node = node->next)

#endif
