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

# userland_apt ARCH [SUITE]: Debian packages that run in the images
userland_apt()
{
	local suite=${2:-bookworm}

	apt_conf "userland${2:+-$2}" "$(deb_arch "$1")" "$suite" "$suite-security"
}

# userland_get ARCH PACKAGE REGEX [SUITE]: unpacks PACKAGE and what it depends on (as
# far as REGEX matches the names), prints the tree
userland_get()
{
	local arch=$1 package=$2 regex=$3 suite=${4:-} conf dir=$CACHE/userland/$2-$1${4:+-$4}

	mkdir -p "$CACHE/userland"
	exec 5>"$dir.lock"
	flock 5
	if ! [ -d "$dir" ]; then
		stage "fetch $package for $arch"
		conf=$(userland_apt "$arch" "$suite") || exit
		if ! userland_fetch "$conf" "$package" "$regex" "$dir.part"; then
			apt_stale "$conf"
			conf=$(userland_apt "$arch" "$suite") || exit
			userland_fetch "$conf" "$package" "$regex" "$dir.part" || {
				stage_end failed
				die "cannot fetch $package: see $dir.part/debs/download.log"
			}
		fi
		mv "$dir.part/tree" "$dir"
		rm -rf "$dir.part"
		stage_end
	fi
	flock -u 5
	echo "$dir"
}

# userland_fetch CONF PACKAGE REGEX PART
userland_fetch()
{
	local conf=$1 package=$2 regex=$3 part=$4

	rm -rf "$part"
	# shellcheck disable=SC2046 # a list of words
	apt_tree "$conf" "$part" "$package" \
		$(apt_needed "$conf" "$package" | { grep -E "$regex" || :; })
}

# layer_base ARCH: busybox, the lab's programs, and what runs first
layer_base()
{
	local arch=$1 busybox program agent udp out dir

	agent=$(lab_program agent "$arch") && udp=$(lab_program udp "$arch") &&
		busybox=$(userland_get "$arch" busybox-static '^$') || exit
	out=$CACHE/layer/base-$arch/$(cat "$agent" "$udp" "$LAB"/inside/* | sha256sum | cut -c1-16)
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
		mkdir -p "$(dirname "$out")"
		layer "$dir" "$out"
		rm -rf "$dir"
		build_keep "$(dirname "$out")"
	fi
	touch "$out"
	echo "$out"
}

# layer_tools ARCH: the real ip, tc and ethtool (busybox's count nothing), and
# dash, because busybox's shell runs its own commands before those of PATH
layer_tools()
{
	local arch=$1 out=$CACHE/layer/tools-$1 tree dir name

	if ! [ -e "$out" ]; then
		dir=$(mktemp -d "$WORK/tools.XXXXXX")
		mkdir -p "$dir"/{bin,sbin,lib} "$CACHE/layer"
		ln -s /sbin/dash "$dir/bin/sh"
		for name in dash:bin/dash iproute2:bin/ip iproute2:sbin/tc ethtool:sbin/ethtool; do
			tree=$(userland_get "$arch" "${name%:*}" '^(lib|zlib1g)') || exit
			binary_put "$tree" "$dir" "$(ls "$tree"/{,usr/}"${name#*:}" 2>/dev/null)" sbin
		done
		layer "$dir" "$out"
		rm -rf "$dir"
	fi
	echo "$out"
}

# binary_put TREE DIR BINARY SUBDIR: into DIR/SUBDIR, with its libraries
binary_put()
{
	cp "$3" "$2/$4/"
	libraries_put "$1" "$2" "$2/$4/${3##*/}"
}

# layer_package ARCH PACKAGE: a Debian package with all it depends on. SUITE:PACKAGE is
# of another suite, whose libraries are not those of the image: in a root of its own, /SUITE.
layer_package()
{
	local arch=$1 package=${2#*:} suite='' out=$CACHE/layer/package-${2/:/-}-$1 tree dir top name

	[ "$package" = "$2" ] || suite=${2%%:*}
	if ! [ -e "$out" ]; then
		tree=$(userland_get "$arch" "$package" . "$suite") || exit
		dir=$(mktemp -d "$WORK/package.XXXXXX")
		top=$dir${suite:+/$suite}
		mkdir -p "$top"
		cp -a "$tree/." "$top"
		# a root made of packages alone lacks the links of its top directory
		for name in ${suite:+bin sbin lib lib64}; do
			[ -e "$top/$name" ] || ln -s "usr/$name" "$top/$name"
		done
		# maintainer scripts' needs are not the program's
		rm -rf "$top"/usr/{include,src,games,lib/python3*,lib/*/perl*,share/perl*} \
			"$top"/usr/share/{doc,man,locale,i18n,bug,lintian,bash-completion,zoneinfo}
		layer "$dir" "$out"
		rm -rf "$dir"
	fi
	echo "$out"
}

# layers_package ARCH PACKAGE...: their archives, one after the other
layers_package()
{
	local arch=$1 package out

	shift
	for package; do
		out=$(layer_package "$arch" "$package") || exit
		cat "$out"
	done
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
	local out=$1 line=$2 arch=$3 script=$4 dir base tools modules

	shift 4
	base=$(layer_base "$arch") && tools=$(layer_tools "$arch") &&
		modules=$(layer_modules "$line" "$arch") || exit
	dir=$(mktemp -d "$WORK/overlay.XXXXXX")
	mkdir "$dir/lab"
	echo alone >"$dir/lab/role"
	cp "$script" "$dir/lab/scenario"
	printf 'export LAB_%s\n' "ARCH=$arch" "LINE=$line" "PEER=10.0.2.2" "PEER_PORT=$PEER_PORT" \
		>"$dir/lab/env"
	ringside_put "$dir" "$line" "$arch"
	files_put "$dir" "$@"
	layer "$dir" "$dir.cpio"
	layers_package "$arch" "${PACKAGES[@]}" >"$out"
	cat "$base" "$tools" "$modules" "$dir.cpio" >>"$out"
	rm -rf "$dir" "$dir.cpio"
}

# layer_qemu ARCH: QEMU of that architecture and the libraries it needs
layer_qemu()
{
	local arch=$1 package out=$CACHE/layer/qemu-$1 tree dir

	case $arch in
	x86_64) package="qemu-system-x86" ;;
	arm64) package="qemu-system-arm" ;;
	esac
	if ! [ -e "$out" ]; then
		tree=$(userland_get "$arch" "$package" '^(lib|qemu|seabios|zlib1g)') || exit
		dir=$(mktemp -d "$WORK/qemu.XXXXXX")
		mkdir -p "$dir"/usr/{bin,share/qemu,share/seabios} "$dir/lib" "$CACHE/layer"
		binary_put "$tree" "$dir" "$tree/usr/bin/$(qemu_name "$arch")" usr/bin
		cp "$tree"/usr/share/qemu/{kvmvapic,linuxboot_dma}.bin "$dir/usr/share/qemu/"
		[ "$arch" = arm64 ] || cp "$tree/usr/share/seabios/bios-256k.bin" "$dir/usr/share/seabios/"
		layer "$dir" "$out"
		rm -rf "$dir"
	fi
	echo "$out"
}

# libraries_put TREE DIR BINARY: what BINARY needs, with its loader, where that
# looks for it
libraries_put()
{
	local tree=$1 dir=$2 name path loader
	local -A seen=()
	local todo=("$3")

	loader=$(readelf -lW "$3" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
	while [ ${#todo[@]} -gt 0 ]; do
		path=${todo[0]}
		todo=("${todo[@]:1}")
		for name in $(readelf -dW "$path" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
			[ -z "${seen[$name]:-}" ] || continue
			seen[$name]=1
			path=$(find "$tree/lib" "$tree/usr/lib" -name "$name" \( -type f -o -type l \) \
				-print -quit) || :
			[ -n "$path" ] || die "$name is in no package that QEMU depends on"
			cp -L "$path" "$dir/lib/$name"
			todo+=("$dir/lib/$name")
		done
	done
	mkdir -p "$dir$(dirname "$loader")"
	[ -e "$dir$loader" ] || ln -sf "/lib/${loader##*/}" "$dir$loader"
}

# image_guest OUT LINE ARCH FILES...
image_guest()
{
	local out=$1 line=$2 arch=$3 dir base tools modules

	shift 3
	base=$(layer_base "$arch") && tools=$(layer_tools "$arch") &&
		modules=$(layer_modules "$line" "$arch") || exit
	dir=$(mktemp -d "$WORK/guest.XXXXXX")
	mkdir "$dir/lab"
	echo guest >"$dir/lab/role"
	ringside_put "$dir" "$line" "$arch"
	helper_put "$dir"
	files_put "$dir" "$@"
	layer "$dir" "$dir.cpio"
	layers_package "$arch" "${GUEST_PACKAGES[@]}" >"$out"
	cat "$base" "$tools" "$modules" "$dir.cpio" >>"$out"
	rm -rf "$dir" "$dir.cpio"
}

# image_host OUT SCENARIO: with the guest's image in it
image_host()
{
	local out=$1 scenario=$2 dir base tools modules qemu kernel

	# shellcheck disable=SC2153 # an option
	base=$(layer_base "$ARCH") && tools=$(layer_tools "$ARCH") && modules=$(layer_modules "$HOSTLINE" "$ARCH") &&
		qemu=$(layer_qemu "$ARCH") && kernel=$(kernel_get "$GUESTLINE" "$ARCH") || exit
	dir=$(mktemp -d "$WORK/host.XXXXXX")
	mkdir -p "$dir"/{lab,guest,usr/bin}
	echo host >"$dir/lab/role"
	cp "$scenario" "$dir/lab/scenario"
	printf "export LAB_%s\n" "ARCH=$ARCH" "QUEUES=$QUEUES" "HOSTLINE=$HOSTLINE" \
		"GUESTLINE=$GUESTLINE" "GUEST_RELEASE=$(cat "$kernel/release")" \
		"GUEST_APPEND='$APPEND $(kernel_args "$kernel") $GUEST_CMDLINE'" >"$dir/lab/env"
	cp "$kernel/vmlinuz" "$dir/guest/"
	image_guest "$dir/guest/initrd" "$GUESTLINE" "$ARCH" "${GUEST_FILES[@]}"
	helper_put "$dir"
	files_put "$dir" "${FILES[@]}"
	layer "$dir" "$dir.cpio"
	layers_package "$ARCH" "${PACKAGES[@]}" >"$out"
	cat "$base" "$tools" "$modules" "$qemu" "$dir.cpio" >>"$out"
	rm -rf "$dir" "$dir.cpio"
}

# helper_put DIR: /usr/bin/ringside, where the tree has it
helper_put()
{
	local helper

	[ -n "$HELPER" ] && [ -e "$TOP/helper/Makefile" ] || return 0
	helper=$(helper_build "$ARCH") || exit
	install -D "$helper" "$1/usr/bin/ringside"
}
