/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * codes.c -- the three little languages of an element class: port counts
 * ("1/1-2"), processing ("a/ah") and flow ("x/x"), as Click defines them.
 */
#include <limits.h>
#include <string.h>

#include "click/internal.h"

struct port_range {
	unsigned int lo, hi;
};

static unsigned int
codes_number(const char **s)
{
	unsigned int n = 0;

	while (char_digit(**s))
		n = n * 10 + (unsigned int)(*(*s)++ - '0');
	return n;
}

/* "2", "1-3", "1-" or "-". */
static bool
codes_range(const char **s, struct port_range *r)
{
	if (**s != '-' && **s != '\0' && !char_digit(**s))
		return false;
	r->lo = codes_number(s);
	r->hi = r->lo;
	if (**s == '-') {
		(*s)++;
		r->hi = char_digit(**s) ? codes_number(s) : INT_MAX;
	}
	return true;
}

static unsigned int
codes_clamp(unsigned int n, struct port_range r)
{
	return n < r.lo ? r.lo : n > r.hi ? r.hi : n;
}

/* How many '=' and '+' there are if that is all there is: "=", "=+". */
static unsigned int
codes_equal(const char *s)
{
	unsigned int n = 0;

	if (*s != '=')
		return 0;
	for (n = 1; s[n] == '+'; n++)
		;
	return s[n] == '\0' ? n : 0;
}

bool
codes_ports(const char *ports, unsigned int *nin, unsigned int *nout)
{
	const char *s = ports;
	struct port_range in, out;
	unsigned int equal;

	if (!codes_range(&s, &in))
		return false;
	if (*s == '\0')
		s = ports;
	else if (*s++ != '/')
		return false;
	*nin = codes_clamp(*nin, in);
	equal = codes_equal(s);
	if (equal > 0) {
		*nout = *nin + equal - 1;
		return true;
	}
	if (!codes_range(&s, &out) || *s != '\0')
		return false;
	*nout = codes_clamp(*nout, out);
	return true;
}

/* Where the codes of outputs begin: after '/', or the same as the inputs'. */
static const char *
codes_side(const char *code, bool output)
{
	const char *slash = strchr(code, '/');

	return output && slash != NULL ? slash + 1 : code;
}

enum processing
codes_processing(const char *code, bool output, unsigned int port)
{
	const char *s = codes_side(code, output);
	char last = 'a';

	for (unsigned int i = 0; *s != '\0' && *s != '/' && *s != '#'; s++) {
		last = *s;
		if (i++ == port)
			break;
	}
	return last == 'h' ? PUSH : last == 'l' ? PULL : AGNOSTIC;
}

/*
 * One port's flow code: letters, '#' (its own number), or a set of those in
 * brackets, perhaps negated.
 */
struct flow_set {
	uint64_t letters; /* A-Z, a-z: bits 0..51 */
	bool self, negated;
	unsigned int port;
};

static uint64_t
codes_letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint64_t)1 << (c - 'A');
	return (uint64_t)1 << (c - 'a' + 26);
}

/* Reads the code at s into *set; returns what follows it. */
static const char *
codes_flow_one(const char *s, struct flow_set *set)
{
	bool bracket = *s == '[';

	if (bracket && *++s == '^') {
		set->negated = true;
		s++;
	}
	do {
		if (*s == '#')
			set->self = true;
		else if (char_alpha(*s))
			set->letters |= codes_letter(*s);
		s += *s != '\0';
	} while (bracket && *s != ']' && *s != '\0');
	return bracket && *s == ']' ? s + 1 : s;
}

/* The code of a port; the last one stands for all that follow. */
static struct flow_set
codes_flow_of(const char *s, unsigned int port)
{
	struct flow_set set = { 0, false, false, port };

	for (unsigned int i = 0; *s != '\0' && *s != '/'; i++) {
		set.letters = 0;
		set.self = set.negated = false;
		s = codes_flow_one(s, &set);
		if (i == port)
			break;
	}
	return set;
}

/* Whether the sets share a letter, or the number of a port. */
static bool
codes_flow_meet(const struct flow_set *a, const struct flow_set *b)
{
	bool a_has_a = a->self != a->negated;
	bool b_has_b = b->self != b->negated;
	uint64_t la = a->negated ? ~a->letters : a->letters;
	uint64_t lb = b->negated ? ~b->letters : b->letters;

	if ((la & lb) != 0)
		return true;
	if (a->port == b->port)
		return a_has_a && b_has_b;
	/* a's own number is in b only if b is negated, and the reverse. */
	return (a_has_a && b->negated) || (b_has_b && a->negated);
}

bool
codes_flow(const char *code, unsigned int input, unsigned int output)
{
	struct flow_set in, out;

	if (strcmp(code, "COMPLETE") == 0)
		return true;
	in = codes_flow_of(codes_side(code, false), input);
	out = codes_flow_of(codes_side(code, true), output);
	return codes_flow_meet(&in, &out);
}

int
codes_flag(const char *flags, char letter)
{
	const char *s = flags;

	while (s != NULL && *s != '\0') {
		char c = *s++;
		const char *digits = s;
		int value = (int)codes_number(&s);

		if (c == letter)
			return s == digits ? 1 : value;
	}
	return -1;
}
