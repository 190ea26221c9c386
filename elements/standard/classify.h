/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify.h -- patterns over the bytes of a packet, and which of them comes
 * first: what Classifier, IPFilter and IPClassifier stand on.
 *
 * Building, in configure:
 *
 *	c = classify_new(CLASSIFY_PLAIN, 0);
 *	for each pattern {
 *		classify_open(c);
 *		classify_test(c, 12, be32(0x08000000), be32(0xffff0000));
 *		...
 *		classify_close(c, CLASSIFY_AND);
 *		classify_pattern(c, output);
 *	}
 *	err = classify_compile(c);
 *
 * A test looks at the four bytes from an offset that is a multiple of four:
 * true if (bytes & mask) == value.  A packet in which a byte under the mask is
 * missing fails the test.  Groups nest: open, members, close.
 *
 * Offsets form one line.  With CLASSIFY_PLAIN it is the packet, shifted by
 * align; with CLASSIFY_REGIONS three headers lie on it, 256 bytes for each,
 * and "end" says where on that line the packet ends:
 *
 *	0 MAC (two bytes before it first)   256 network   512 transport
 *
 * The result is two things.  The program is Click's decision diagram, for the
 * "program" handler and for the outputs that no packet reaches.  The matcher
 * is what runs: each pattern is a union of boxes (a set of values for each
 * byte), and for each byte of interest there is a table from its value to the
 * set of boxes that it fits in, one bit a box in pattern order.  A packet looks
 * its bytes up, ANDs the sets and takes the first bit: with up to 64 boxes no
 * branch depends on the data, and a thousand cost little more than ten.  (Bit
 *vectors: Lakshman and Stiliadis, SIGCOMM 1998.)  Patterns that make too many
 *boxes are evaluated one by one.
 *
 * Out of memory while building shows in classify_compile().
 */
#ifndef ELEMENTS_STANDARD_CLASSIFY_H
#define ELEMENTS_STANDARD_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "click/batch.h"
#include "click/errh.h"

struct classify;

enum classify_line {
	CLASSIFY_PLAIN,
	CLASSIFY_REGIONS,
};

enum {
	CLASSIFY_MAC = 0,
	CLASSIFY_NET = 256,
	CLASSIFY_TRANSPORT = 512,
	CLASSIFY_NREGIONS = 3,
};

/* No output: as batch_distribute() has it, PACKET_DROP. */
enum { CLASSIFY_NONE = -2 };

enum classify_op {
	CLASSIFY_AND,
	CLASSIFY_OR,
	CLASSIFY_IF, /* a ? b : c ? d : e */
};

/* NULL: no memory.  align (0..3) moves the packet along the line. */
struct classify *classify_new(enum classify_line line, unsigned int align);
void classify_free(struct classify *c);

/* ---- building ---- */

void classify_open(struct classify *c);
/* value and mask as the bytes stand in memory. */
void classify_test(
    struct classify *c, int offset, uint32_t value, uint32_t mask);
/*
 * Ends the group: its members together are true as op says.  A group without
 * members vanishes.
 */
void classify_close(struct classify *c, enum classify_op op);
/*
 * Inverts the last member (test or closed group) of the open group; with
 * flip_short a packet too short for its tests fails them still.
 */
void classify_negate(struct classify *c, bool flip_short);
/*
 * What has been built since the last pattern (one group, closed) goes to
 * output, CLASSIFY_NONE to have it dropped.
 */
void classify_pattern(struct classify *c, int output);

/* Makes the matcher.  0 or ERR_NOMEM. */
int classify_compile(struct classify *c);

/* ---- looking at the program, which is made when it is first wanted ---- */

/* As Click's "program" handlers print it; out->oom when out of memory. */
void classify_print(struct classify *c, struct strbuf *out);
/* Warns "output N matches no packets" for those of noutputs. */
void classify_warn_unused(
    struct classify *c, unsigned int noutputs, struct errh *errh);

/* ---- matching ---- */

/* A packet on a line of regions. */
struct classify_view {
	const uint8_t *base[CLASSIFY_NREGIONS]; /* of offsets 0, 256, 512 */
	int32_t end; /* bytes from here on are missing */
};

/* The output for a packet, or CLASSIFY_NONE. */
int classify_match(
    const struct classify *c, const uint8_t *data, uint32_t length);
int classify_match_view(
    const struct classify *c, const struct classify_view *view);

/* The same for a batch: ports[i] becomes the output of packet i. */
void classify_batch(
    const struct classify *c, const struct batch *b, int16_t *ports);
void classify_views(const struct classify *c, const struct classify_view *views,
    uint32_t n, int16_t *ports);

/*
 * The same by the patterns as they were given, test by test: what the tests
 * compare with, and the way out when there are too many boxes.
 */
int classify_slow(const struct classify *c, const struct classify_view *view);

#endif
