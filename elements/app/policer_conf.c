/* SPDX-License-Identifier: BSD-3-Clause */
/* policer_conf.c -- the arguments of Policer.  See policer.c. */
#include "click/anno.h"
#include "elements/app/policer.h"

struct policer_conf {
	uint32_t rate, burst, excess, peak, peak_burst;
	bool has_burst, has_excess, has_peak, has_peak_burst;
	struct str by;
};

static bool
policer_rate_args(struct args *a, const char *keyword, unsigned int flags,
    bool packets, uint32_t *rate)
{
	return packets ? args_u32(a, keyword, flags, rate)
	               : args_bandwidth(a, keyword, flags, rate);
}

/* What comes in a tenth of a second. */
static uint32_t
policer_default_burst(uint32_t rate, bool packets)
{
	uint32_t least = packets ? 1 : 3000;

	return rate / 10 > least ? rate / 10 : least;
}

static int
policer_parse_by(struct str by, enum policer_by *out, struct errh *errh)
{
	static const char *const names[] = { [BY_NONE] = "none",
		[BY_SRC] = "src",
		[BY_DST] = "dst",
		[BY_ANNO] = "anno" };

	*out = BY_NONE;
	if (by.n == 0)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (str_is(by, names[i])) {
			*out = (enum policer_by)i;
			return 0;
		}
	return errh_error(errh, "BY: 'src', 'dst', 'anno' or 'none' expected");
}

static int
policer_make_terms(const struct policer_conf *c, bool packets,
    struct tcm_terms *terms, struct errh *errh)
{
	*terms = (struct tcm_terms){ .rate = { c->rate, 0 } };
	terms->burst[0] =
	    c->has_burst ? c->burst : policer_default_burst(c->rate, packets);
	if (c->has_excess && (c->has_peak || c->has_peak_burst))
		return errh_error(
		    errh, "EXCESS_BURST and PEAK_RATE exclude each other");
	if (c->has_peak_burst && !c->has_peak)
		return errh_error(errh, "PEAK_BURST needs PEAK_RATE");
	if (c->has_peak && c->peak < c->rate)
		return errh_error(errh, "PEAK_RATE: must be RATE at least");
	if (c->has_excess) {
		terms->kind = TCM_SINGLE_RATE;
		terms->burst[1] = c->excess;
	} else if (c->has_peak) {
		terms->kind = TCM_TWO_RATES;
		terms->rate[1] = c->peak;
		terms->burst[1] = c->has_peak_burst
		                      ? c->peak_burst
		                      : policer_default_burst(c->peak, packets);
	}
	return 0;
}

/* The arguments of the second bucket and of BY. */
static void
policer_more_args(struct args *a, struct policer *new_, struct policer_conf *c)
{
	c->has_excess = args_u32(a, "EXCESS_BURST", 0, &c->excess);
	c->has_peak =
	    policer_rate_args(a, "PEAK_RATE", 0, new_->packets, &c->peak);
	c->has_peak_burst = args_u32(a, "PEAK_BURST", 0, &c->peak_burst);
	args_anno(a, "COLOR_ANNO", 0, 1, &new_->color_anno);
	args_bool(a, "AWARE", 0, &new_->aware);
	args_word(a, "BY", 0, &c->by);
	args_anno(a, "ANNO", 0, 4, &new_->anno);
	args_u32(a, "PREFIX", 0, &new_->prefix);
	args_u32(a, "PREFIX6", 0, &new_->prefix6);
	args_u32(a, "CAPACITY", 0, &new_->book.capacity);
}

static int
policer_check(struct policer *new_, struct policer_conf *c, struct errh *errh)
{
	int err = policer_parse_by(c->by, &new_->by, errh);

	if (err == 0)
		err = policer_make_terms(c, new_->packets, &new_->terms, errh);
	if (err == 0 && (new_->prefix > 32 || new_->prefix6 > 128))
		err = errh_error(errh, "PREFIX: up to 32, PREFIX6: up to 128");
	if (err == 0 && new_->aware && new_->color_anno.size == 0)
		err = errh_error(errh, "AWARE needs COLOR_ANNO");
	if (err == 0 && (new_->book.capacity == 0 ||
	                    new_->book.capacity > FLOW_RECORDS_MAX))
		err = errh_error(
		    errh, "CAPACITY: from 1 to %d", FLOW_RECORDS_MAX);
	return err;
}

int
policer_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct policer *self = element_state(e);
	struct policer new_ = {
		.anno = { ANNO_AGGREGATE, 4 }, .prefix = 32, .prefix6 = 64
	};
	struct policer_conf c = { .rate = 0 };
	struct args a;
	int err;

	flowbook_init(
	    &new_.book, sizeof(struct policer_flow), &policer_ops, false);
	new_.book.capacity = 65536;
	args_init(&a, conf, e, errh);
	args_bool(&a, "PACKETS", 0, &new_.packets);
	if (args_execute(&a) != 0) {
		args_fini(&a);
		return ERR_INVAL;
	}
	policer_rate_args(
	    &a, "RATE", ARG_POS | ARG_MAND, new_.packets, &c.rate);
	c.has_burst = args_u32(&a, "BURST", ARG_POS, &c.burst);
	policer_more_args(&a, &new_, &c);
	err = args_complete(&a);
	if (err == 0)
		err = policer_check(&new_, &c, errh);
	str_free(&c.by);
	if (err == 0)
		*self = new_;
	return err;
}
