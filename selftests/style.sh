#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make style: checkpatch for kernel code, clang-format for BPF and user-space code, circles.sh for
# the layers, shellcheck for scripts. Prints nothing if there is nothing to change. For sparse,
# run make module C=1.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0

complain() {
	echo "style: $*" >&2
	status=1
}

need() {
	command -v "$1" >/dev/null && return
	complain "$1 is not installed: apt-get install $2"
	exit 1
}

need clang-format clang-format
need shellcheck shellcheck

# checkpatch comes with the kernel's source, like the test harness. Ignored: kernel versions
# (compat.h), and macros that use only some columns of a list (counters.h).
checkpatch=$(selftests/kselftest.sh checkpatch) || exit 1
mapfile -t kernel < <(git ls-files 'kmod/*.[ch]')
"$checkpatch" --no-tree --terse --quiet --no-summary --max-line-length=100 --show-types \
	--ignore FILE_PATH_CHANGES,LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_ARG_UNUSED,COMPLEX_MACRO \
	-f "${kernel[@]}" || complain "checkpatch wants the changes above in kmod/"

mapfile -t user < <(git ls-files 'bpf/*.[ch]' 'helper/*.[ch]' 'selftests/*.[ch]')
clang-format --dry-run --Werror "${user[@]}" || complain "clang-format would change the lines above"

selftests/circles.sh kmod helper || complain "a file may only depend on files below it"

mapfile -t scripts < <(git grep -lE '^#!.*(ba)?sh( |$)')
shellcheck -x "${scripts[@]}" || complain "shellcheck wants the changes above"

mapfile -t texts < <(git ls-files ':(glob)*.md' 'helper/*.8')
awk 'length > 100 { print FILENAME ":" FNR ": " length " columns"; wide = 1 } END { exit wide }' \
	"${texts[@]}" ||
	complain "the lines above are longer than 100 columns"

git ls-files | while read -r f; do
	case $f in LICENSE|*.json|*.xz|*.png|*/fuzz/found/*|*.md|*/README|debugfs-docs/*|*/config|*/settings) continue ;; esac
	head -n 3 "$f" | grep -q SPDX-License-Identifier || echo "style: no SPDX line: $f"
done | { ! grep . ; } || status=1
exit $status
