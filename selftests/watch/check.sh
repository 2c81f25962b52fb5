#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# watch/check.sh ARCH: `ringside watch` and the agent, over vsock, on one architecture; as KTAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
arch=$1
work=$(mktemp -d)
mkdir "$work/programs"
trap 'rm -rf "$work"' EXIT

selftests/lab/lab setup || exit
rm -rf "out/watch/$arch"
mkdir -p "out/watch/$arch"
for program in knock terminal; do
	selftests/lab/lab cc -a "$arch" -o "$work/programs/$program" "selftests/watch/$program.c" || exit
done
selftests/lab/lab run -a "$arch" -H 6.12 -g 5.10 -t 400 -o "out/watch/$arch" \
		-f selftests/check-host:/lab/check -f "$work/programs:/lab/programs" \
		-f selftests/path/window.sh:/lab/window.sh \
		-F selftests/path/inside.sh:/path/inside.sh -F "$work/programs/knock:/usr/bin/knock" \
		-P tar -p zstd -p tar -p ncurses-base -f contrib/cases/gather:/lab/gather selftests/watch/scene.sh
