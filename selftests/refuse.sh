#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The module refuses to load where it cannot work: each case with its own errno and one sentence.
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
exec "$(dirname "$0")/check-life/run.sh" -k 5.10 refuse refuse-debugfs
