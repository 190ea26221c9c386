/* SPDX-License-Identifier: BSD-3-Clause */
/* snort_content.c -- contents of a rule and their modifiers; see snort_rule.h.
 */
#include "base/diag.h"
#include "elements/ids/content_text.h"
#include "elements/ids/snort_rule.h"

int
snort_content_parse(
    struct snort_parse *p, struct snort_rule *r, struct str value)
{
	struct snort_content c = { .limit = -1 };
	struct strbuf sb = STRBUF_INIT;
	const char *wrong;
	int err;

	if (value.n > 0 && value.s[0] == '!') {
		c.negated = true;
		value = str_trim(str_from(value, 1));
	}
	err = snort_unquote(p, &value);
	if (err != 0)
		return err;
	if (r->ncontents == SNORT_CONTENTS)
		return diag(p->why, ERR_SYNTAX, "more than %d in a rule",
		    SNORT_CONTENTS);
	wrong = content_text_parse(value, &sb);
	if (wrong == NULL && sb.n == 0 && !sb.oom)
		wrong = "is empty";
	if (wrong == NULL && sb.n > SNORT_LENGTH)
		wrong = "is too long";
	err = wrong == NULL ? sb_keep(&sb, &p->rs->mem, &c.bytes) : ERR_SYNTAX;
	sb_fini(&sb);
	if (wrong != NULL)
		return diag(p->why, ERR_SYNTAX, "the text %s", wrong);
	if (err != 0)
		return err;
	p->contents[r->ncontents++] = c;
	return 0;
}

static int
snort_place(struct snort_parse *p, struct snort_content *c,
    enum snort_modifier mod, struct str value)
{
	bool relative = mod == MOD_DISTANCE || mod == MOD_WITHIN;
	bool limit = mod == MOD_DEPTH || mod == MOD_WITHIN;
	bool placed = c->anchored || c->relative;
	int32_t x;
	int err =
	    snort_int(p, value, limit ? 1 : -SNORT_LENGTH, SNORT_LENGTH, &x);

	if (err != 0)
		return err;
	if (placed && relative != c->relative)
		return diag(p->why, ERR_SYNTAX,
		    "offset and depth do not go with distance and within");
	if (limit && (size_t)x < c->bytes.n)
		return diag(p->why, ERR_SYNTAX,
		    "%d is less than the %zu bytes of the content", x,
		    c->bytes.n);
	c->relative = relative;
	c->anchored = !relative;
	*(limit ? &c->limit : &c->from) = x;
	return 0;
}

int
snort_modifier_parse(struct snort_parse *p, struct snort_rule *r,
    enum snort_modifier mod, struct str value)
{
	struct snort_content *c;

	if (r->ncontents == 0)
		return diag(p->why, ERR_SYNTAX, "there is no content before");
	c = &p->contents[r->ncontents - 1];
	if (mod >= MOD_OFFSET)
		return snort_place(p, c, mod, value);
	if (value.n > 0 && !(mod == MOD_FAST && str_is(value, "only")))
		return diag(
		    p->why, ERR_SYNTAX, "takes no '%.*s'", STR_ARG(value));
	if (mod == MOD_NOCASE)
		c->nocase = true;
	if (mod == MOD_FAST && c->negated)
		return diag(p->why, ERR_SYNTAX,
		    "what must not be there cannot be looked for first");
	if (mod == MOD_FAST)
		c->fast = true;
	return 0;
}
