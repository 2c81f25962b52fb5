/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a queue: the one form that text and JSON are made from. */
#ifndef RS_FINDING_H
#define RS_FINDING_H

#include "rules.h"
#include "turn.h"

#define RS_CONFIDENCE_LIST(X)                                                                    \
	X(EXACT, "exact", "both sides, no hit missed")                                           \
	X(BOUNDED, "bounded", "hits were missed or the windows differ, by less than the margin") \
	X(HINT, "hint", "a side or a fact is missing, or the margin is smaller than that")

enum rs_confidence {
#define X(name, text, meaning) RS_CONFIDENCE_##name,
	RS_CONFIDENCE_LIST(X)
#undef X
		RS_CONFIDENCES
};

extern const char *const rs_confidence_names[RS_CONFIDENCES];

/* The name of a finding that leaves several steps open. */
#define RS_UNDECIDED_ID "undecided"

/* The name of a finding that says why there can be none. */
#define RS_NOT_COMPARABLE_ID "not-comparable"

/* It follows from no other finding. */
#define RS_ROOT SIZE_MAX

struct rs_finding {
	const char *id;
	enum rs_severity severity;
	const struct rs_row *row;
	const struct rs_rule *rule; /* NULL = the queue stands still: see turn */
	const struct rs_turn *turn; /* of the queue; NULL = of the whole machine */
	unsigned int parties;	    /* all that remain */
	unsigned int named;	    /* those to name */
	size_t root;		    /* index of the finding that it follows from (but see
				       rs_finding_precedes()), or RS_ROOT */
	enum rs_confidence confidence;
	struct rs_reason measured; /* what makes it a finding */
	const char *unit;
	uint64_t threshold;
	const char *sentence;
	const char *advice;
	const char *suppressed; /* the reason, NULL = it counts */
};

/* Whether exactly one party remains, the less likely ones among them. */
bool rs_finding_decided(const struct rs_finding *f);

/* "guest driver or KVM" */
const char *rs_finding_party(const struct rs_finding *f, char *text, size_t size);

/* Whether a finding with a root is none of its consequences: interrupts that served nothing came
 * before the queue stood still. Whether they are the reason is not known. */
bool rs_finding_precedes(const struct rs_finding *f);

/* Fills a finding from a queue that stands still, or from a rule that fired. */
void rs_finding_from_turn(struct rs_finding *f, const struct rs_ledger *l, const struct rs_row *row,
			  const struct rs_turn *t);
void rs_finding_from_rule(struct rs_finding *f, const struct rs_ledger *l, const struct rs_row *row,
			  const struct rs_rule *rule, uint64_t measured);

#endif
