/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * args.c -- which argument goes to which reader, and when results are written.
 *
 * Each argument is an entry: "KEYWORD value" or positional.  A reader takes
 * entries; what its type's parser makes of one waits in a slot until all have
 * been found good.
 */
#include "click/args.h"

#include "base/err.h"
#include "click/conf.h"

enum args_taken {
	ARGS_FREE,
	ARGS_TAKEN_PLACE,   /* by position */
	ARGS_TAKEN_KEYWORD, /* by its keyword */
};

struct args_entry {
	struct str text;
	size_t keyword; /* length of the keyword it begins with, or 0 */
	enum args_taken taken;
};

struct args_slot {
	struct args_slot *next;
	void *out;
	size_t size;
	bool owned; /* a struct str, to be copied when it is written */
	char value[] __attribute__((aligned(16)));
};

/* ---- entries ---- */

/* The length of the keyword in front of a value, or 0. */
static size_t
args_keyword_length(struct str text)
{
	size_t n = 0, value;

	if (text.n == 0 || (!char_alpha(text.s[0]) && text.s[0] != '_'))
		return 0;
	while (n < text.n && conf_is_keyword(str_sub(text, n, n + 1)))
		n++;
	for (value = n; value < text.n && char_space(text.s[value]); value++)
		;
	return value == n || value == text.n ? 0 : n;
}

static void
args_init_entries(struct args *a, const struct strs *conf)
{
	a->entries = arena_alloc(&a->mem, conf->n * sizeof(struct args_entry));
	if (a->entries == NULL) {
		a->failed = true;
		errh_error(a->errh, "out of memory");
		return;
	}
	a->nentries = conf->n;
	for (size_t i = 0; i < conf->n; i++) {
		a->entries[i].text = conf->v[i];
		a->entries[i].keyword = args_keyword_length(conf->v[i]);
	}
}

static void
args_init_empty(struct args *a, struct element *e, struct errh *errh)
{
	*a = (struct args){ .e = e, .errh = errh };
	a->last_slot = &a->slots;
}

void
args_init(struct args *a, const struct strs *conf, struct element *e,
    struct errh *errh)
{
	args_init_empty(a, e, errh);
	args_init_entries(a, conf);
}

void
args_init_text(
    struct args *a, struct str conf, struct element *e, struct errh *errh)
{
	struct strs list = VEC_INIT;

	args_init_empty(a, e, errh);
	if (conf_split(conf, &a->mem, &list) == 0) {
		args_init_entries(a, &list);
	} else {
		a->failed = true;
		errh_error(errh, "out of memory");
	}
	vec_fini(&list);
}

void
args_fini(struct args *a)
{
	arena_fini(&a->mem);
	a->entries = NULL;
	a->nentries = 0;
	a->slots = NULL;
	a->last_slot = &a->slots;
}

/* The entry whose place it is: the first not taken by position, or nentries. */
static size_t
args_next_place(const struct args *a)
{
	size_t i = 0;

	while (i < a->nentries && a->entries[i].taken == ARGS_TAKEN_PLACE)
		i++;
	return i;
}

/*
 * Takes every free entry with the keyword, or only the first, and returns the
 * last taken, or nentries.
 */
static size_t
args_take_keyword(struct args *a, struct str keyword, bool first)
{
	size_t got = a->nentries;

	for (size_t i = 0; i < a->nentries; i++) {
		struct args_entry *entry = &a->entries[i];

		if (keyword.n == 0 || entry->taken != ARGS_FREE ||
		    entry->keyword != keyword.n ||
		    !str_starts(entry->text, keyword))
			continue;
		entry->taken = ARGS_TAKEN_KEYWORD;
		got = i;
		if (first)
			break;
	}
	return got;
}

/*
 * Finds the text for a reader: false if there is none.  The entry whose place
 * it is goes to a positional reader when it has no keyword, or when the reader
 * must have one and found no keyword of its own.  A keyword found as well
 * stands behind it: that wins, or with ARG_FIRST stays for the next reader.
 */
static bool
args_find(
    struct args *a, struct str keyword, unsigned int flags, struct str *text)
{
	bool first = (flags & ARG_FIRST) != 0, by_place = false;
	size_t place = args_next_place(a);
	size_t got = args_take_keyword(a, keyword, first);
	struct args_entry *entry;

	if ((flags & ARG_POS) != 0 && place < a->nentries &&
	    a->entries[place].taken == ARGS_FREE &&
	    (a->entries[place].keyword == 0 ||
	        (got == a->nentries && (flags & ARG_MAND) != 0))) {
		a->entries[place].taken = ARGS_TAKEN_PLACE;
		by_place = first || got == a->nentries;
		if (by_place && got < a->nentries)
			a->entries[got].taken = ARGS_FREE;
		if (by_place)
			got = place;
	}
	if (got == a->nentries)
		return false;
	entry = &a->entries[got];
	*text = entry->text;
	if (!by_place)
		*text = str_trim(str_from(entry->text, entry->keyword));
	return true;
}

/* ---- reading ---- */

static struct arg_ctx
args_context(struct args *a, const char *keyword)
{
	return (struct arg_ctx){ .e = a->e,
		.errh = a->errh,
		.mem = &a->mem,
		.keyword = keyword == NULL ? "" : keyword };
}

/* args_find() with what is to be said about it; an empty text is none. */
static bool
args_want(
    struct args *a, struct arg_ctx *c, unsigned int flags, struct str *text)
{
	bool found = args_find(a, str_of(c->keyword), flags, text);

	if (!found || (text->n == 0 && (flags & ARG_MAND) != 0)) {
		if ((flags & ARG_MAND) != 0) {
			arg_error(c, "required argument missing");
			a->failed = true;
		}
		return false;
	}
	if ((flags & ARG_DEPRECATED) != 0)
		arg_warning(c, "argument deprecated");
	return text->n > 0;
}

/* A parser's verdict: bad without a word becomes "parse error". */
static bool
args_judge(struct args *a, struct arg_ctx *c, bool good)
{
	if (!good && !c->reported)
		arg_error(c, "parse error");
	if (!good)
		a->failed = true;
	return good;
}

static bool
args_read_slot(struct args *a, const char *keyword, unsigned int flags,
    const struct arg_type *type, void *out, bool owned)
{
	struct arg_ctx c = args_context(a, keyword);
	struct args_slot *slot;
	struct str text;

	if (!args_want(a, &c, flags, &text))
		return false;
	slot = arena_alloc(&a->mem, sizeof(*slot) + type->size);
	if (slot == NULL)
		return args_judge(a, &c, arg_error(&c, "out of memory"));
	if (!args_judge(a, &c, type->parse(&c, type, text, slot->value)))
		return false;
	slot->out = out;
	slot->size = type->size;
	slot->owned = owned;
	*a->last_slot = slot;
	a->last_slot = &slot->next;
	return true;
}

bool
args_read(struct args *a, const char *keyword, unsigned int flags,
    const struct arg_type *type, void *out)
{
	return args_read_slot(a, keyword, flags, type, out, false);
}

bool
args_read_all(struct args *a, const char *keyword, unsigned int flags,
    bool (*parse)(struct arg_ctx *c, struct str text, void *arg), void *arg)
{
	struct arg_ctx c = args_context(a, keyword);
	bool any = false, good = true;
	struct str text;

	flags |= ARG_FIRST;
	while (args_want(a, &c, flags, &text)) {
		any = true;
		good &= args_judge(a, &c, parse(&c, text, arg));
		c.reported = false;
		flags &= ~(unsigned int)ARG_MAND;
	}
	return any && good;
}

bool
args_read_owned(struct args *a, const char *keyword, unsigned int flags,
    const struct arg_type *type, struct str *out)
{
	return args_read_slot(a, keyword, flags, type, out, true);
}

/* ---- the end ---- */

static void
args_check_complete(struct args *a)
{
	bool too_many = false;

	for (size_t i = 0; i < a->nentries; i++) {
		const struct args_entry *entry = &a->entries[i];

		if (entry->taken != ARGS_FREE)
			continue;
		a->failed = true;
		if (entry->keyword == 0)
			too_many = true;
		else
			errh_error(a->errh, "%.*s: unknown argument",
			    STR_ARG(str_sub(entry->text, 0, entry->keyword)));
	}
	if (too_many)
		errh_error(a->errh, "too many arguments");
}

/* Makes all the copies first, so that for want of memory nothing is written. */
static int
args_copy_owned(struct args *a)
{
	struct args_slot *slot, *undo;
	struct str value;

	for (slot = a->slots; slot != NULL; slot = slot->next) {
		if (!slot->owned)
			continue;
		memcpy(&value, slot->value, sizeof(value));
		value = str_dup(value);
		if (value.s == NULL)
			goto free_copies;
		memcpy(slot->value, &value, sizeof(value));
	}
	return 0;

free_copies:
	for (undo = a->slots; undo != slot; undo = undo->next) {
		if (!undo->owned)
			continue;
		memcpy(&value, undo->value, sizeof(value));
		str_free(&value);
	}
	a->slots = NULL;
	a->last_slot = &a->slots;
	return errh_error(a->errh, "out of memory");
}

int
args_execute(struct args *a)
{
	if (a->failed || args_copy_owned(a) != 0)
		return ERR_INVAL;
	for (struct args_slot *slot = a->slots; slot != NULL;
	     slot = slot->next) {
		if (slot->owned)
			str_free(slot->out);
		memcpy(slot->out, slot->value, slot->size);
	}
	a->slots = NULL;
	a->last_slot = &a->slots;
	return 0;
}

int
args_complete(struct args *a)
{
	int err;

	args_check_complete(a);
	err = args_execute(a);
	args_fini(a);
	return err;
}

int
args_consume(struct args *a, struct arena *mem, struct strs *rest)
{
	int err = 0;

	for (size_t i = 0; i < a->nentries && err == 0; i++) {
		struct str copy;

		if (a->entries[i].taken != ARGS_FREE)
			continue;
		copy = arena_str(mem, a->entries[i].text);
		err = copy.s == NULL ? ERR_NOMEM : vec_push(rest, copy);
	}
	if (err == 0)
		err = args_execute(a);
	else
		err = errh_error(a->errh, "out of memory");
	args_fini(a);
	return err;
}
