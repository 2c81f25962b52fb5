# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Build roots: one per suite for modules, and one with the libraries of all
# architectures for programs. Nothing is built in the work tree.

# What runs in an image is linked statically, for each architecture.
LIBRARIES="libc6-dev libbpf-dev libelf-dev zlib1g-dev libzstd-dev libnl-3-dev
	libnl-route-3-dev libjson-c-dev libncurses-dev"

as_root()
{
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

words()
{
	echo "$*" | tr -s ' \t\n' ','
}

# foreign_archs: Debian's names of the lab's architectures that are not ours
foreign_archs()
{
	local arch

	for arch in amd64 arm64; do
		[ "$arch" = "$(build_arch)" ] || echo "$arch"
	done
}

# gnu_name ARCH: the compiler's prefix, without the last dash
gnu_name()
{
	case $1 in
	arm64) echo aarch64-linux-gnu ;;
	x86_64) echo x86_64-linux-gnu ;;
	esac
}

cross_packages()
{
	case $(build_arch) in
	amd64) echo gcc-aarch64-linux-gnu ;;
	arm64) echo gcc-x86-64-linux-gnu ;;
	esac
}

# root_get SUITE: the directory of the suite's root for modules
root_get()
{
	root_make "$1" "$1" "$(build_arch)" gcc make libelf1 "$(cross_packages)"
}

# tools_get: the root in which programs are built
tools_get()
{
	local arch library packages=

	for arch in $(foreign_archs); do
		for library in $LIBRARIES; do
			packages+=" $library:$arch"
		done
	done
	# shellcheck disable=SC2086 # lists of words
	root_make tools trixie "$(words "$(build_arch)" "$(foreign_archs)")" \
		gcc make clang bpftool pkg-config "$(cross_packages)" $LIBRARIES $packages
}

# without_files COMMAND...: with stdin, stdout and stderr alone. mmdebstrap has dash
# write to the next free file descriptor, and dash knows those below 10 only.
without_files()
(
	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || eval "exec $fd>&-"
	done
	"$@"
)

# root_make NAME SUITE ARCHS PACKAGE...: made once, anew when the list changes
root_make()
{
	local name=$1 suite=$2 archs=$3 dir=$CACHE/root/$1 want

	shift 3
	want=$(words "$suite" "$archs" "$@")
	mkdir -p "$CACHE/root"
	exec 7>"$dir.lock"
	flock 7
	if [ "$(cat "$dir/.want" 2>/dev/null)" != "$want" ]; then
		stage "build root $name"
		as_root rm -rf "$dir" "$dir.part"
		sources_print "$suite" | without_files as_root mmdebstrap --variant=apt \
			--architectures="$archs" --include="$(words "$@")" \
			--dpkgopt=force-unsafe-io --dpkgopt=path-exclude=/usr/share/doc/* \
			--dpkgopt=path-exclude=/usr/share/man/* \
			--aptopt='Apt::Install-Recommends "false"' \
			--skip=cleanup/apt/lists --skip=check/empty \
			"$suite" "$dir.part" - >"$dir.log" 2>&1 || {
			stage_end failed
			die "cannot make the build root $name: see $dir.log"
		}
		as_root chmod 1777 "$dir.part/tmp"
		echo "$want" | as_root tee "$dir.part/.want" >/dev/null
		as_root mv "$dir.part" "$dir"
		stage_end
	fi
	flock -u 7
	echo "$dir"
}

# root_do ROOT DIR COMMAND...: runs COMMAND in the root, where DIR is /work
root_do()
{
	local root=$1 dir=$2

	shift 2
	as_root mkdir -p "$root/work"
	# shellcheck disable=SC2016 # expanded inside
	as_root env -i PATH="$PATH" unshare -m sh -c '
		root=$1 && mount -t proc proc "$root/proc" && mount --bind "$2" "$root/work" && shift 2 &&
			exec chroot "$root" "$@"' sh "$root" "$dir" "$@"
}

# sources_hash DIR NAME...: of the sources under DIR's NAMEs
sources_hash()
{
	local dir=$1

	shift
	(cd "$dir" && find "$@" -type f \( -name '*.[chS]' -o -name Kbuild -o \
		-name 'Makefile*' -o -name '*.mk' -o -name '*.inc' \) -print0 2>/dev/null |
		sort -z | xargs -0r sha256sum | sha256sum | cut -c1-16)
}

# build_keep DIR: of builds the dozen used last are enough
build_keep()
{
	find "$1" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' | sort -rn |
		tail -n +13 | cut -d' ' -f2- | xargs -r rm -rf
}

# module_build DIR LINE ARCH NAME...: the kernel modules DIR's Kbuild makes from
# the NAMEs under it; prints the directory with the .ko files
module_build()
{
	local dir=$1 line=$2 arch=$3 kernel root release hash out

	shift 3
	kernel=$(kernel_get "$line" "$arch") || exit
	release=$(cat "$kernel/release")
	hash=$(sources_hash "$dir" "$@")
	out=$CACHE/build/$release/$hash${WIDEN:+-widened}
	if ! [ -d "$out" ]; then
		root=$(root_get "$(kernel_root "$line")") || exit
		root_headers "$root" "$kernel"
		stage "build module for $release"
		module_make "$dir" "$root" "$release" "$arch" "$out" "$@" || {
			stage_end failed
			tail -n 40 "$out.log" >&2
			die "the module does not build for $release: see $out.log"
		}
		build_keep "$(dirname "$out")"
		stage_end
	fi
	touch "$out"
	echo "$out"
}

# root_headers ROOT KERNEL
root_headers()
{
	exec 6>"$1.headers.lock"
	flock 6
	if ! [ -e "$1/usr/src/linux-headers-$(cat "$2/release")" ]; then
		as_root cp -a "$2/headers/usr/." "$1/usr/"
	fi
	flock -u 6
}

# cross_make ARCH: the variables that make takes to build for ARCH
cross_make()
{
	local gnu

	gnu=$(gnu_name "$1")
	echo "ARCH=$1"
	[ "$(deb_arch "$1")" = "$(build_arch)" ] ||
		echo "CROSS_COMPILE=$gnu- PKG_CONFIG=$gnu-pkg-config"
}

# module_make DIR ROOT RELEASE ARCH OUT NAME...
module_make()
{
	local dir=$1 root=$2 release=$3 arch=$4 out=$5 in rc=0

	shift 5
	in=$(as_root mktemp -d "$root/tmp/module.XXXXXX")
	mkdir -p "$(dirname "$out")"
	as_root chmod 755 "$in"
	(cd "$dir" && as_root cp -r --parents "$@" "$in/")
	as_root find "$in" \( -name '*.o' -o -name '*.cmd' -o -name '*.mod*' -o -name '*.ko' \) -delete
	# kbuild's objtool reads /proc; module BTF would need pahole, and serves no one here
	# shellcheck disable=SC2046,SC2016 # a list of words; expanded inside
	as_root env -i PATH="$PATH" unshare -m sh -c '
		mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$root" make -j"$(nproc)" \
		-C "/usr/src/linux-headers-$release" "M=${in#"$root"}" \
		$(cross_make "$arch") CONFIG_DEBUG_INFO_BTF_MODULES= ${WIDEN:+RS_WIDEN=1} modules >"$out.log" 2>&1 || rc=$?
	if [ "$rc" = 0 ]; then
		mkdir -p "$out.$$"
		find "$in" -name '*.ko' -exec cp {} "$out.$$/" \;
		mv -T "$out.$$" "$out" 2>/dev/null || rm -rf "$out.$$"
	fi
	as_root rm -rf "$in"
	return "$rc"
}

# program_build OUT ARCH FILE...: a static program from C files
program_build()
{
	local out=$1 arch=$2 root in gnu rc=0

	shift 2
	gnu=$(gnu_name "$arch")
	root=$(tools_get) || exit
	in=$(as_root mktemp -d "$root/tmp/program.XXXXXX")
	as_root chmod 755 "$in"
	as_root cp "$@" "$in/"
	as_root chroot "$root" sh -c "cd ${in#"$root"} && $gnu-gcc -O2 -g0 -Wall -Wextra \
		-static -pthread -o program *.c" >"$out.log" 2>&1 || rc=$?
	[ "$rc" != 0 ] || cp "$in/program" "$out.$$" && mv "$out.$$" "$out"
	as_root rm -rf "$in"
	[ "$rc" = 0 ] || cat "$out.log" >&2
	return "$rc"
}

# lab_program NAME ARCH: prints the path of one of the lab's own programs
lab_program()
{
	local out

	out=$CACHE/build/programs/$1-$2-$(sha256sum <"$LAB/$1.c" | cut -c1-16)
	mkdir -p "$(dirname "$out")"
	if ! [ -e "$out" ]; then
		program_build "$out" "$2" "$LAB/$1.c" || die "$1.c does not build"
	fi
	echo "$out"
}

# helper_build ARCH: prints the path of the static helper; its BPF object lies beside it
helper_build()
{
	local arch=$1 root in out rc=0

	out=$CACHE/build/host-$arch/$(sources_hash "$TOP" helper bpf kmod/counters.h kmod/version.h)
	if ! [ -e "$out/ringside" ]; then
		root=$(tools_get) || exit
		stage "build helper for $arch"
		in=$(as_root mktemp -d "$root/tmp/helper.XXXXXX")
		(cd "$TOP" && as_root cp -r --parents helper bpf kmod/counters.h kmod/version.h "$in/")
		as_root chmod 755 "$in"
		as_root rm -rf "$in"/helper/build "$in"/helper/ringside
		as_root mkdir "$in/out"
		mkdir -p "$out.$$"
		# shellcheck disable=SC2046 # a list of words
		as_root chroot "$root" make -j"$(nproc)" -C "${in#"$root"}/helper" STATIC=1 \
			$(cross_make "$arch") O="${in#"$root"}/out" >"$out.log" 2>&1 || rc=$?
		[ "$rc" != 0 ] || cp "$in/out/ringside" "$in/out/ringside.bpf.o" "$out.$$/" || rc=$?
		as_root rm -rf "$in"
		if [ "$rc" != 0 ]; then
			stage_end failed
			tail -n 40 "$out.log" >&2
			rm -rf "$out.$$"
			die "the helper does not build for $arch: see $out.log"
		fi
		mv -T "$out.$$" "$out" 2>/dev/null || rm -rf "$out.$$"
		build_keep "$(dirname "$out")"
		stage_end
	fi
	touch "$out"
	echo "$out/ringside"
}
