// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "finding.h"
#include "losses.h"

const char *const rs_confidence_names[RS_CONFIDENCES] = {
#define X(name, text, meaning) text,
	RS_CONFIDENCE_LIST(X)
#undef X
};

bool rs_finding_decided(const struct rs_finding *f)
{
	return __builtin_popcount(f->parties) == 1;
}

bool rs_finding_precedes(const struct rs_finding *f)
{
	return f->root != RS_ROOT && f->rule && rs_rule_is_waste(f->rule);
}

const char *rs_finding_party(const struct rs_finding *f, char *text, size_t size)
{
	return rs_parties_name(f->named, " or ", text, size);
}

/* Whether this hook's misses, which are unknown, lack in a counter that the finding rests on. */
static bool is_touched(const struct rs_finding *f, const char *loss)
{
	if (!f->rule)
		return rs_loss_touches(loss, "interrupts") || rs_loss_touches(loss, "polls");
	for (size_t i = 0; i < f->rule->needs_n; i++)
		if (rs_loss_touches(loss, rs_figure_info(f->rule->needs[i]).name))
			return true;
	return false;
}

/* Whether all hooks that it rests on can tell what they missed. */
static bool is_told(const struct rs_finding *f, const struct rs_ledger *l)
{
	struct rs_num untold = l->total.figures[RS_FIG_DERIVED(host_untold)];

	for (size_t i = 0; i < l->guest->end.hooks_n; i++) {
		const struct rs_hook *hook = &l->guest->end.hooks[i];

		if (rs_ledger_is_untold(RS_SIDE_GUEST, hook) && is_touched(f, hook->loses))
			return false;
	}
	return untold.known && !untold.value;
}

/* How long before the guest's last sample the host's was taken, by the clocks of both machines. */
static struct rs_num earlier_ms(const struct rs_ledger *l)
{
	struct rs_num g = l->guest->end.wall_ns, h = l->host->end.wall_ns;

	if (!g.known || !h.known || h.value > g.value)
		return (struct rs_num){0};
	return rs_num_of((g.value - h.value) / 1000000);
}

/*
 * The ring moved between both samples. What the guest's module saw standing for longer than that
 * stood already when the host looked; of what came later nothing is known.
 */
static enum rs_confidence confidence_apart(const struct rs_finding *f, const struct rs_ledger *l)
{
	struct rs_num earlier = earlier_ms(l), stalled = f->row->figures[RS_FIG_DERIVED(stalled)];

	return earlier.known && stalled.known && earlier.value + f->threshold < stalled.value
		       ? RS_CONFIDENCE_BOUNDED
		       : RS_CONFIDENCE_HINT;
}

static enum rs_confidence confidence_of(const struct rs_finding *f, const struct rs_ledger *l)
{
	struct rs_num skew = f->row->figures[RS_FIG_DERIVED(skew_end)];
	struct rs_num guest = l->total.figures[RS_FIG_DERIVED(guest_missed)];
	struct rs_num host = l->total.figures[RS_FIG_DERIVED(host_missed)];
	const uint64_t missed[RS_SIDES] = {
		[RS_SIDE_GUEST] = guest.value, [RS_SIDE_HOST] = host.value};

	if (!rs_finding_decided(f) || !guest.known || !host.known || !l->guest || !l->host ||
	    !f->row->guest || !f->row->host || !is_told(f, l))
		return RS_CONFIDENCE_HINT;
	if (f->turn && skew.known && skew.value)
		return confidence_apart(f, l);
	if (!guest.value && !host.value)
		return RS_CONFIDENCE_EXACT;
	/* where hits were missed, no step rests on a count of none: see rs_scene_none() */
	return f->turn || rs_rule_is_firm(f->rule, f->row, missed) ? RS_CONFIDENCE_BOUNDED
								   : RS_CONFIDENCE_HINT;
}

void rs_finding_from_turn(struct rs_finding *f, const struct rs_ledger *l, const struct rs_row *row,
			  const struct rs_turn *t)
{
	static const char *const undecided = "the figures leave more than one step open";
	static const char *const again =
		"take both snapshots again where the facts that settle it are known";
	static const char *const both =
		"load the module in the guest, and compare both sides: its facts tell which";
	bool one = rs_turn_open(t) == 1;
	size_t step;
	const struct rs_cause *cause = rs_turn_cause(t, &step);

	*f = (struct rs_finding){
		.id = one ? cause->id : RS_UNDECIDED_ID,
		.severity = RS_SEVERITY_CRITICAL,
		.row = row,
		.turn = t,
		.parties = t->parties,
		.named = t->named,
		.root = RS_ROOT,
		.measured = {"stands still", t->since_ms.value, NULL},
		.unit = "ms",
		.threshold = RS_STILL_MS,
		.sentence = one ? cause->sentence : undecided,
		.advice = one	       ? cause->advice
			  : row->guest ? again
				       : both,
	};
	if (!t->since_ms.known)
		f->measured = (struct rs_reason){NULL, RS_STILL_MS, NULL};
	f->confidence = confidence_of(f, l);
}

static const char *rule_sentence(const struct rs_rule *rule, const struct rs_row *row)
{
	if (rule->sentence)
		return rule->sentence;
	if (row->guest_flaw)
		return row->guest_flaw;
	return row->host_flaw ? row->host_flaw : row->ring_flaw;
}

void rs_finding_from_rule(struct rs_finding *f, const struct rs_ledger *l, const struct rs_row *row,
			  const struct rs_rule *rule, uint64_t measured)
{
	*f = (struct rs_finding){
		.id = rule->id,
		.severity = rule->severity,
		.row = row,
		.rule = rule,
		.parties = 1U << rule->party | rule->or_parties,
		.named = 1U << rule->party | rule->or_parties,
		.measured = {"measured", measured, NULL},
		.unit = rule->unit,
		.threshold = rule->threshold,
		.root = RS_ROOT,
		.sentence = rule_sentence(rule, row),
		.advice = rule->advice,
	};
	f->confidence = confidence_of(f, l);
}
