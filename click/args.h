/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * args.h -- reading an element's arguments, with Click's rules and words.
 *
 *	struct args a;
 *	uint32_t capacity = 1000;
 *
 *	args_init(&a, conf, e, errh);
 *	args_u32(&a, "CAPACITY", ARG_POS, &capacity);
 *	args_bool(&a, "STOP", 0, &s->stop);
 *	if (args_complete(&a) != 0)
 *		return ERR_INVAL;
 *
 * A call looks for "KEYWORD value" (the last one wins) or, with ARG_POS, for
 * the next positional argument.  Nothing is written to any result before
 * args_complete() or args_execute() has found no mistake at all, so results
 * may lie in a running element.  Results are left alone when the argument is
 * not given; then the default is what stood there.  Every mistake is reported,
 * not only the first.
 */
#ifndef CLICK_ARGS_H
#define CLICK_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/strs.h"
#include "click/errh.h"

struct element;
struct args;

enum {
	ARG_POS = 1,        /* may be given by position */
	ARG_MAND = 2,       /* "required argument missing" when it is not */
	ARG_DEPRECATED = 4, /* warn when it is given */
	ARG_FIRST = 8,      /* the first of a repeated keyword wins */
};

/* What a type's parser gets to know and to say. */
struct arg_ctx {
	struct element *e;   /* for names; NULL outside elements */
	struct errh *errh;   /* reports with "KEYWORD: " in front */
	struct arena *mem;   /* for the results' bytes: live as long as args */
	const char *keyword; /* or "" */
	bool reported;       /* arg_error was called */
};

/* Reports "KEYWORD: ..." and returns false. */
bool arg_error(struct arg_ctx *c, const char *fmt, ...) PRINTF(2, 3);
void arg_warning(struct arg_ctx *c, const char *fmt, ...) PRINTF(2, 3);

/* How one type of argument is read. */
struct arg_type {
	size_t size; /* bytes of the result */
	/*
	 * Parses text into *out (size bytes).  False: bad; unless it has
	 * called arg_error(), "parse error" is reported.
	 */
	bool (*parse)(struct arg_ctx *c, const struct arg_type *type,
	    struct str text, void *out);
	int64_t min, max; /* for types that have a range, unless both are 0 */
	int param;        /* digits, bits, a database...: the parser knows */
	const char *name; /* a class or an interface */
};

struct args_entry;
struct args_slot;
struct args {
	struct element *e;
	struct errh *errh;
	struct arena mem;
	struct args_entry *entries; /* the arguments, in mem */
	size_t nentries;
	struct args_slot *slots, **last_slot; /* results not yet written */
	bool failed;
};

/*
 * conf: the arguments (conf_split()), borrowed until args_complete().  e and
 * errh may be NULL.  Every args_init() needs one args_complete(),
 * args_consume() or args_fini().  What runs out of memory is reported by the
 * call that ends it.
 */
void args_init(struct args *a, const struct strs *conf, struct element *e,
    struct errh *errh);
/* The same from an unsplit text (a write handler's value, say). */
void args_init_text(
    struct args *a, struct str conf, struct element *e, struct errh *errh);
/*
 * Reports what nobody asked for ("too many arguments", "X: unknown argument"),
 * writes the results if there was no mistake, frees.  0 or ERR_INVAL.
 */
int args_complete(struct args *a);
/* Writes the results so far; more reads may follow.  0 or ERR_INVAL. */
int args_execute(struct args *a);
/*
 * As args_complete() but leaves unread arguments alone and appends them to
 * *rest as strings in mem.
 */
int args_consume(struct args *a, struct arena *mem, struct strs *rest);
/* Frees without a word. */
void args_fini(struct args *a);

/*
 * The general form.  Returns true when the argument was given and is good; an
 * empty positional argument ("Queue(, 5)") counts as not given.
 */
bool args_read(struct args *a, const char *keyword, unsigned int flags,
    const struct arg_type *type, void *out);
/* The same for a type of strings: *out becomes an owned copy. */
bool args_read_owned(struct args *a, const char *keyword, unsigned int flags,
    const struct arg_type *type, struct str *out);
/*
 * Calls parse for every occurrence of the keyword (and positional ones), in
 * order.  True when there was one and all were good.
 */
bool args_read_all(struct args *a, const char *keyword, unsigned int flags,
    bool (*parse)(struct arg_ctx *c, struct str text, void *arg), void *arg);

/* Types: result, range checks and messages as Click's. */
extern const struct arg_type arg_type_bool;   /* bool */
extern const struct arg_type arg_type_u8;     /* uint8_t */
extern const struct arg_type arg_type_u16;    /* uint16_t */
extern const struct arg_type arg_type_i32;    /* int32_t */
extern const struct arg_type arg_type_u32;    /* uint32_t */
extern const struct arg_type arg_type_i64;    /* int64_t */
extern const struct arg_type arg_type_u64;    /* uint64_t */
extern const struct arg_type arg_type_double; /* double */
extern const struct arg_type arg_type_str;    /* struct str, unquoted, in mem */
extern const struct arg_type arg_type_raw;    /* struct str, as written */
extern const struct arg_type arg_type_word;   /* struct str: one word */
extern const struct arg_type arg_type_keyword;    /* struct str */
extern const struct arg_type arg_type_filename;   /* struct str, ~ expanded */
extern const struct arg_type arg_type_bandwidth;  /* uint32_t bytes/s */
extern const struct arg_type arg_type_seconds;    /* uint32_t whole seconds */
extern const struct arg_type arg_type_seconds_ms; /* uint32_t milliseconds */
extern const struct arg_type arg_type_seconds_us; /* uint32_t microseconds */
extern const struct arg_type arg_type_stamp;      /* int64_t ns; a Timestamp */
extern const struct arg_type arg_type_ip4;        /* uint32_t, network order */
extern const struct arg_type arg_type_ip4_prefix; /* struct ip4_prefix */
extern const struct arg_type arg_type_ip4_net;    /* the same, not bare */
extern const struct arg_type arg_type_ip6;        /* struct ip6_addr */
extern const struct arg_type arg_type_ip6_prefix; /* struct ip6_prefix */
extern const struct arg_type arg_type_ip6_net;    /* the same, not bare */
extern const struct arg_type arg_type_ether;      /* uint8_t[6] */
extern const struct arg_type arg_type_tcp_port;   /* uint16_t, host order */
extern const struct arg_type arg_type_udp_port;   /* uint16_t, host order */
extern const struct arg_type arg_type_sctp_port;  /* uint16_t, host order */
extern const struct arg_type arg_type_dccp_port;  /* uint16_t, host order */
extern const struct arg_type arg_type_ip_proto;   /* uint8_t */
extern const struct arg_type arg_type_element;    /* struct element * */

/* addr/len or addr/mask; a bare address has the full mask. */
struct ip4_prefix {
	uint32_t addr, mask; /* network order; addr as written, not masked */
};
struct ip6_prefix {
	struct ip6_addr addr;
	unsigned int len;
};

/* An annotation: offset in the 48 bytes and size; named or by number. */
struct arg_anno {
	uint8_t offset, size;
};
/*
 * size 0: any, and a bare offset has size 0; else the annotation must have
 * this size or, being a bare offset, gets it.
 */
bool args_anno(struct args *a, const char *keyword, unsigned int flags,
    unsigned int size, struct arg_anno *out);
/* An element that casts to class_name (NULL: any). */
bool args_element(struct args *a, const char *keyword, unsigned int flags,
    const char *class_name, struct element **out);
/* A name of the database type (nameinfo.h), or an integer. */
bool args_named(struct args *a, const char *keyword, unsigned int flags,
    int name_type, int32_t *out);
/* An integer in min..max with Click's "out of range" texts. */
bool args_i32_in(struct args *a, const char *keyword, unsigned int flags,
    int32_t min, int32_t max, int32_t *out);
/* A real as fixed point: frac_bits binary or digits decimal places. */
bool args_fixed2(struct args *a, const char *keyword, unsigned int flags,
    int frac_bits, uint32_t *out);
bool args_fixed10(struct args *a, const char *keyword, unsigned int flags,
    int digits, uint32_t *out);

/* The same by type, so that a wrong pointer does not compile. */
#define ARGS_TYPED(name, ctype)                                                \
	static inline bool args_##name(struct args *a, const char *keyword,    \
	    unsigned int flags, ctype *out)                                    \
	{                                                                      \
		return args_read(a, keyword, flags, &arg_type_##name, out);    \
	}
ARGS_TYPED(bool, bool)
ARGS_TYPED(u8, uint8_t)
ARGS_TYPED(u16, uint16_t)
ARGS_TYPED(i32, int32_t)
ARGS_TYPED(u32, uint32_t)
ARGS_TYPED(i64, int64_t)
ARGS_TYPED(u64, uint64_t)
ARGS_TYPED(double, double)
ARGS_TYPED(bandwidth, uint32_t)
ARGS_TYPED(seconds, uint32_t)
ARGS_TYPED(seconds_ms, uint32_t)
ARGS_TYPED(seconds_us, uint32_t)
ARGS_TYPED(stamp, int64_t)
ARGS_TYPED(ip4, uint32_t)
ARGS_TYPED(ip4_prefix, struct ip4_prefix)
ARGS_TYPED(ip6, struct ip6_addr)
ARGS_TYPED(ip6_prefix, struct ip6_prefix)
ARGS_TYPED(tcp_port, uint16_t)
ARGS_TYPED(udp_port, uint16_t)
ARGS_TYPED(ip_proto, uint8_t)

/*
 * Strings: *out becomes an owned copy (str_free() it; what stood there is
 * freed).
 */
bool args_str(
    struct args *a, const char *keyword, unsigned int flags, struct str *out);
bool args_raw(
    struct args *a, const char *keyword, unsigned int flags, struct str *out);
bool args_word(
    struct args *a, const char *keyword, unsigned int flags, struct str *out);
bool args_keyword(
    struct args *a, const char *keyword, unsigned int flags, struct str *out);
bool args_filename(
    struct args *a, const char *keyword, unsigned int flags, struct str *out);
bool args_ether(struct args *a, const char *keyword, unsigned int flags,
    uint8_t out[static 6]);

/*
 * One value outside an argument list (a handler's text): parses with the
 * type, reporting to errh without a prefix.  Strings lie in *mem.
 */
bool arg_parse(const struct arg_type *type, struct str text, void *out,
    struct element *e, struct arena *mem, struct errh *errh);

#endif
