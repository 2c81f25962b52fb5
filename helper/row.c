// SPDX-License-Identifier: GPL-2.0-only
#include "row.h"

static const struct rs_figure_info derived[] = {
#define X(name, unit, negative, meaning) {#name, #unit, meaning, "both", negative},
	RS_DERIVED_LIST(X)
#undef X
};

const char *const rs_flaws[RS_FLAW_COUNT] = {
#define X(name, sentence) [RS_FLAW_##name] = sentence,
	RS_FLAWS(X)
#undef X
};

struct rs_figure_info rs_figure_info(enum rs_figure figure)
{
	const struct rs_counter *row;

	if (figure >= RS_FIGURE_DERIVED)
		return derived[figure - RS_FIGURE_DERIVED];
	if (figure >= RS_FIGURE_HOST) {
		row = &rs_counters[RS_SIDE_HOST].rows[figure - RS_FIGURE_HOST];
		return (struct rs_figure_info){row->name, row->unit, row->meaning, "host", false};
	}
	row = &rs_counters[RS_SIDE_GUEST].rows[figure];
	return (struct rs_figure_info){row->name, row->unit, row->meaning, "guest", false};
}
