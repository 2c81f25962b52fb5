#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ktap.sh FILE: the verdict over a KTAP log: fails on a test that failed, and
# on one that was planned and gave no result.

awk '
/^1\.\.[0-9]+/ { planned += substr($1, 4) }
/^ok .*# SKIP/ { skipped++; next }
/^ok / { passed++ }
/^not ok / { failed++ }
END {
	missing = planned - passed - failed - skipped
	printf "%d passed, %d failed", passed, failed + (missing > 0 ? missing : 0)
	printf skipped ? ", %d skipped\n" : "\n", skipped
	exit failed || missing || !planned
}' "$1"
