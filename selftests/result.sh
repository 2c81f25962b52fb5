# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Results of a test as KTAP. Sourced; rc is 1 once one has failed.

n=0 rc=0

# result NAME STATUS
result()
{
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n $1"
	else
		echo "not ok $n $1"
		rc=1
	fi
}
