// SPDX-License-Identifier: GPL-2.0-only
/* text SNAPSHOT: prints what `ringside metrics` writes of it. */
#include <stdio.h>
#include <stdlib.h>

#include "metrics.h"
#include "snapshot_json.h"

static int text_print(const struct rs_snapshot *s, struct rs_error *err)
{
	bool is_guest = s->side == RS_SIDE_GUEST;
	struct rs_ledger l;
	struct rs_verdict v;
	char *text;

	if (rs_ledger_make(&l, is_guest ? s : NULL, is_guest ? NULL : s, NULL, err) ||
	    rs_verdict_reach(&v, &l, err))
		return 1;
	text = rs_metrics_text(&l, &v);
	if (text)
		fputs(text, stdout);
	free(text);
	rs_verdict_clear(&v);
	rs_ledger_clear(&l);
	return text ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct rs_error err = {0};
	struct rs_snapshot s;
	int ret = 1;

	if (argc == 2 && !rs_snapshot_load(&s, argv[1], &err)) {
		ret = text_print(&s, &err);
		rs_snapshot_clear(&s);
	}
	if (ret)
		fprintf(stderr, "text: %s\n", *err.text ? err.text : "usage: text SNAPSHOT");
	return ret;
}
