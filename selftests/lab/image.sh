# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Initramfs images: concatenated cpio layers. All but the last are cached.

# layer DIR OUT: DIR as a cpio archive owned by root
layer()
{
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --quiet) >"$2.$$"
	mv "$2.$$" "$2"
}

# userland_apt ARCH: Debian packages that run in the images
userland_apt()
{
	apt_conf userland "$(deb_arch "$1")" bookworm bookworm-security
}

# userland_get ARCH PACKAGE REGEX: unpacks PACKAGE and what it depends on (as
# far as REGEX matches the names), prints the tree
userland_get()
{
	local arch=$1 package=$2 regex=$3 conf dir=$CACHE/userland/$2-$1 name

	mkdir -p "$CACHE/userland"
	exec 5>"$dir.lock"
	flock 5
	if ! [ -d "$dir" ]; then
		conf=$(userland_apt "$arch") || exit
		stage "fetch $package for $arch"
		rm -rf "$dir.part"
		mkdir -p "$dir.part/tree"
		# shellcheck disable=SC2046 # a list of words
		apt_download "$conf" "$dir.part/debs" "$package" $(APT_CONFIG=$conf \
			apt-get -qq -s install "$package" | awk '/^Inst/ { print $2 }' |
			{ grep -E "$regex" || :; }) || {
			rm -f "$(dirname "$conf")/stamp"
			stage_end failed
			die "cannot fetch $package: see $dir.part/debs/download.log"
		}
		for name in "$dir.part"/debs/*.deb; do
			dpkg-deb -x "$name" "$dir.part/tree"
		done
		mv "$dir.part/tree" "$dir"
		rm -rf "$dir.part"
		stage_end
	fi
	flock -u 5
	echo "$dir"
}

# layer_base ARCH: busybox, the lab's programs, and what runs first
layer_base()
{
	local arch=$1 busybox program agent udp out dir

	agent=$(lab_program agent "$arch") && udp=$(lab_program udp "$arch") &&
		busybox=$(userland_get "$arch" busybox-static '^$') || exit
	out=$CACHE/layer/base-$arch-$(cat "$agent" "$udp" "$LAB"/inside/* | sha256sum | cut -c1-16)
	if ! [ -e "$out" ]; then
		dir=$(mktemp -d "$WORK/base.XXXXXX")
		mkdir -p "$dir"/{bin,lab,etc,usr/bin,proc,sys,dev}
		cp "$busybox/bin/busybox" "$dir/bin/"
		for program in "$agent" "$udp"; do
			program=${program##*/}
			cp "$CACHE/build/programs/$program" "$dir/usr/bin/${program%%-*}"
		done
		cp "$LAB"/inside/* "$dir/lab/"
		mv "$dir/lab/init" "$dir/init"
		chmod 755 "$dir/init"
		mkdir -p "$CACHE/layer"
		layer "$dir" "$out"
		rm -rf "$dir"
	fi
	echo "$out"
}

# layer_modules LINE ARCH
layer_modules()
{
	local kernel

	kernel=$(kernel_get "$1" "$2") || exit
	[ -e "$kernel/modules.cpio" ] || layer "$kernel/image" "$kernel/modules.cpio"
	echo "$kernel/modules.cpio"
}

# files_put DIR SRC:DST...
files_put()
{
	local dir=$1 pair

	shift
	for pair; do
		[ -e "${pair%%:*}" ] || die "-f $pair: there is no ${pair%%:*}"
		mkdir -p "$dir/$(dirname "${pair#*:}")"
		cp -aL "${pair%%:*}" "$dir/${pair#*:}"
	done
}

# ringside_put DIR LINE ARCH: ringside.ko, where the tree has it
ringside_put()
{
	local out

	[ -n "$MODULE" ] && [ -e "$TOP/kmod/main.c" ] || return 0
	out=$(module_build "$TOP" "$2" "$3" Kbuild kmod) || exit
	cp "$out/ringside.ko" "$1/ringside.ko"
}

# image_alone OUT LINE ARCH SCRIPT FILES...
image_alone()
{
	local out=$1 line=$2 arch=$3 script=$4 dir base modules

	shift 4
	base=$(layer_base "$arch") && modules=$(layer_modules "$line" "$arch") || exit
	dir=$(mktemp -d "$WORK/overlay.XXXXXX")
	mkdir "$dir/lab"
	echo alone >"$dir/lab/role"
	cp "$script" "$dir/lab/scenario"
	printf 'export LAB_%s\n' "ARCH=$arch" "LINE=$line" "PEER=10.0.2.2" "PEER_PORT=$PEER_PORT" \
		>"$dir/lab/env"
	ringside_put "$dir" "$line" "$arch"
	files_put "$dir" "$@"
	layer "$dir" "$dir.cpio"
	cat "$base" "$modules" "$dir.cpio" >"$out"
	rm -rf "$dir" "$dir.cpio"
}
