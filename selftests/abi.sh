#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Compares debugfs-docs, counters.h and facts.h with the files of a loaded module, in the lab.
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
exec selftests/lab/lab guest -a x86_64 -k 5.10 -f debugfs-docs/debugfs-ringside:/abi \
	-f kmod/counters.h:/counters.h -f kmod/facts.h:/facts.h selftests/guest-abi.sh
