/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AnnotationInfo(NAME OFFSET [SIZE], ..., [CHECK_OVERLAP ANNO ANNO...]) --
 *names for annotations.
 *
 *   ports          none
 *   NAME           stands for byte OFFSET of the 48, or for the annotation
 *                  named there, in this compound element and those inside it
 *   SIZE           its bytes
 *   CHECK_OVERLAP  the router does not start if two of these share a byte
 *
 *	AnnotationInfo(COLOR 30 1, CHECK_OVERLAP COLOR PAINT);
 *	... -> Paint(5, COLOR) -> ...
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/nameinfo.h"

/* size << 16 | offset, as the names' values are. */
static bool
annotation_parse(const struct element *e, struct str text, uint32_t *anno)
{
	bool overflow = false;
	uint64_t x;

	if (!name_query(NAME_ANNOTATION, e, text, anno, sizeof(*anno))) {
		if (!conf_u64(text, 0, &x, &overflow) || x > UINT32_MAX)
			return false;
		*anno = (uint32_t)x;
	}
	return (*anno & 0xffff) < PACKET_ANNO_SIZE &&
	       (*anno & 0xffff) + (*anno >> 16) <= PACKET_ANNO_SIZE;
}

static bool
annotation_parse_entry(struct element *e, struct str text, uint32_t *anno)
{
	struct str offset = conf_shift_space(&text);
	struct str size = conf_shift_space(&text);
	bool overflow = false;
	uint32_t at, known;
	int64_t n = 0;

	if (text.n != 0 || !annotation_parse(e, offset, anno))
		return false;
	if (size.n != 0 && (!conf_i64(size, 0, &n, &overflow) || overflow))
		return false;
	at = *anno & 0xffff;
	known = *anno >> 16;
	if (n < 0 || at + n > PACKET_ANNO_SIZE ||
	    (n != 0 && known != 0 && n != known))
		return false;
	*anno = (uint32_t)n << 16 | at;
	return true;
}

static int
annotation_info_add(struct element *e, struct str text, struct errh *errh)
{
	struct str name = conf_shift_space(&text);
	uint32_t anno;

	if (name.n == 0 || name.s[0] == '#' || str_is(name, "CHECK_OVERLAP"))
		return 0;
	if (!conf_is_word(name) || annotation_parse(NULL, name, &anno))
		return errh_error(errh, "bad NAME '%.*s'", STR_ARG(name));
	if (!annotation_parse_entry(e, text, &anno))
		return errh_error(errh, "bad entry for '%.*s'", STR_ARG(name));
	if (name_define(NAME_ANNOTATION, e, name, &anno, sizeof(anno)) != 0)
		return errh_error(errh, "out of memory!");
	return 0;
}

static int
annotation_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	int err = 0;

	for (size_t i = 0; i < conf->n; i++)
		if (annotation_info_add(e, conf->v[i], errh) != 0)
			err = ERR_INVAL;
	return err;
}

/* Whether two share a byte; one of unknown size is a byte long. */
static bool
annotation_overlap(uint32_t a, uint32_t b)
{
	uint32_t a_size = a >> 16 ? a >> 16 : 1, b_size = b >> 16 ? b >> 16 : 1;

	a &= 0xffff;
	b &= 0xffff;
	return a < b + b_size && b < a + a_size;
}

static int
annotation_check_overlap(
    struct element *e, const struct strs *words, struct errh *errh)
{
	uint32_t a, b;
	int err = 0;

	for (size_t i = 1; i < words->n; i++)
		if (!annotation_parse(e, words->v[i], &a))
			err = errh_error(
			    errh, "bad ANNO '%.*s'", STR_ARG(words->v[i]));
	for (size_t i = 1; i < words->n; i++)
		for (size_t j = i + 1; j < words->n; j++)
			if (annotation_parse(e, words->v[i], &a) &&
			    annotation_parse(e, words->v[j], &b) &&
			    annotation_overlap(a, b))
				err = errh_error(errh,
				    "annotations '%.*s' and '%.*s' conflict",
				    STR_ARG(words->v[i]), STR_ARG(words->v[j]));
	return err;
}

/* Names of other AnnotationInfos may be checked too, hence not before. */
static int
annotation_info_initialize(struct element *e, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs conf = VEC_INIT, words = VEC_INIT;
	int err = conf_split(e->config, &mem, &conf);

	for (size_t i = 0; i < conf.n; i++) {
		words.n = 0;
		if (conf_split_space(conf.v[i], &mem, &words) != 0)
			err = errh_error(errh, "out of memory!");
		else if (words.n > 0 && str_is(words.v[0], "CHECK_OVERLAP") &&
		         annotation_check_overlap(e, &words, errh) != 0)
			err = ERR_INVAL;
	}
	vec_fini(&words);
	vec_fini(&conf);
	arena_fini(&mem);
	return err;
}

const struct element_class element_annotation_info = {
	.name = "AnnotationInfo",
	.ports = "0/0",
	.phase = PHASE_FIRST + 1,
	.configure = annotation_info_configure,
	.initialize = annotation_info_initialize,
};
