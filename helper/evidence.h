/* SPDX-License-Identifier: GPL-2.0-only */
/* What a finding rests on: figures and facts; and what would settle it. */
#ifndef RS_EVIDENCE_H
#define RS_EVIDENCE_H

#include "finding.h"

/* Calls @figure for each known figure of the rule that made the finding. */
void rs_evidence_figures(const struct rs_finding *f,
			 void (*figure)(void *ctx, enum rs_figure figure, struct rs_num value),
			 void *ctx);

/* A fact of the steps that remain, as text of each side that knows it; NULL = it does not. */
struct rs_shown {
	const char *key;
	const char *guest;
	const char *host;
};

/* Calls @fact for each fact that is known of a step that remains, and for the parts of an MSI route
 * that differ. */
void rs_evidence_facts(const struct rs_finding *f,
		       void (*fact)(void *ctx, const struct rs_shown *shown), void *ctx);

/* "used_event 900", "worker_state asleep", "msi.devid 0x10008 in the guest, 0x8 on the host" */
void rs_shown_tell(const struct rs_shown *shown, char *text, size_t size);

/* Calls @fact for each fact that is unknown and would settle the finding. */
void rs_evidence_missing(const struct rs_finding *f, void (*fact)(void *ctx, const char *key),
			 void *ctx);

#endif
