#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the module refuses: each by its own errno and one sentence, in the lab.
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
exec "$(dirname "$0")/check-life/run.sh" -k 5.10 refuse refuse-debugfs
