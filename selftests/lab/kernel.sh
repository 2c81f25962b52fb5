# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Kernels: from a line of the list to image, modules and headers in the cache.

PARTS='^linux-(binary|modules|base|headers|kbuild)-[0-9]'

deb_arch()
{
	case $1 in
	x86_64) echo amd64 ;;
	arm64) echo arm64 ;;
	*) die "unknown architecture $1: use x86_64 or arm64" ;;
	esac
}

# kernel_row LINE: "ROOT VERSION FLAVOUR LOOPS HOST SUITE..." of the list; a kernel of built/ has
# the row of the line from which it is built
kernel_row()
{
	local line=$1 row

	! is_built "$line" || line=$BUILT_LINE
	row=$(awk -v l="$line" '$1 == l { $1 = ""; print substr($0, 2) }' "$LAB/kernels")
	[ -n "$row" ] || die "unknown kernel line $1: the list ($LAB/kernels) has: $(kernel_lines .)"
	echo "$row"
}

# kernel_lines [LOOPS [HOST]]: the lines with columns LOOPS and HOST that match; default: yes, any
kernel_lines()
{
	awk -v loops="${1:-yes}" -v host="${2:-.}" '!/^#/ && $5 ~ loops && $6 ~ host { printf "%s%s", s, $1; s = " " }
		END { print "" }' "$LAB/kernels"
}

kernel_root()
{
	kernel_row "$1" | cut -d' ' -f1
}

# kernel_apt LINE DEBARCH: the private apt of that line
kernel_apt()
{
	local suites

	read -r _ _ _ _ _ suites < <(kernel_row "$1")
	# shellcheck disable=SC2086 # a list of words
	apt_conf "kernel-$1" "$2" $suites
}

# has_package CONF PACKAGE
has_package()
{
	[ -n "$(APT_CONFIG=$1 apt-cache --no-all-versions show "$2" 2>/dev/null)" ]
}

# kernel_resolve LINE DEBARCH: the releases of the line of which image, headers
# and the build machine's kbuild are all in the index, newest first
kernel_resolve()
{
	local line=$1 arch=$2 conf build release version flavour pattern

	read -r _ version flavour _ < <(kernel_row "$line")
	case $version in
	newest) pattern='[0-9][^ ]*' ;;
	*) pattern="${version//./\\.}[.-][^ ]*" ;;
	esac
	conf=$(kernel_apt "$line" "$arch") && build=$(kernel_apt "$line" "$(build_arch)") ||
		return
	for release in $(APT_CONFIG=$conf apt-cache pkgnames linux-image- |
			sed -nE "s/^linux-image-($pattern-$flavour-$arch)\$/\\1/p" | sort -Vr); do
		has_package "$conf" "linux-image-$release" || continue
		has_package "$conf" "linux-headers-$release" || continue
		has_package "$build" "$(apt_depends "$conf" "linux-headers-$release" \
			'^linux-kbuild-')" || continue
		echo "$release"
	done
}

build_arch()
{
	dpkg --print-architecture
}

# kernel_packages LINE DEBARCH RELEASE: "CONF PACKAGE" of all that makes it
kernel_packages()
{
	local line=$1 arch=$2 release=$3 conf build package

	conf=$(kernel_apt "$line" "$arch")
	build=$(kernel_apt "$line" "$(build_arch)")
	for package in "linux-image-$release" "linux-headers-$release" \
		       $(apt_depends "$conf" "linux-image-$release" "$PARTS") \
		       $(apt_depends "$conf" "linux-headers-$release" "$PARTS"); do
		case $package in
		linux-kbuild-*) echo "$build $package" ;;
		*) echo "$conf $package" ;;
		esac
	done
}

# kernel_get LINE ARCH: prints the kernel's directory in the cache: release,
# vmlinuz, config, image/ (modules), headers/
kernel_get()
{
	local line=$1 arch current

	arch=$(deb_arch "$2") && kernel_row "$line" >/dev/null || exit
	current=$(kernel_dir "$line-$arch")
	mkdir -p "$CACHE/kernel"
	exec 9>"$current.lock"
	flock 9
	if is_built "$line"; then
		built_update "$line" "$arch" "$current"
	else
		kernel_update "$line" "$arch" "$current"
	fi
	flock -u 9
	[ -e "$current/release" ] ||
		die "no $line kernel with headers for $arch can be fetched: try --refresh"
	realpath "$current"
}

# kernel_dir NAME: where the cache has a kernel with the modules that are wanted now; two trees
# with different lists may share a cache
kernel_dir()
{
	echo "$CACHE/kernel/$1.$(cksum <"$LAB/modules" | cut -d' ' -f1)"
}

# kernel_holds DIR: it is complete
kernel_holds()
{
	cmp -s "$LAB/modules" "$1/wanted"
}

# kernel_update LINE DEBARCH CURRENT: points CURRENT at the newest release that
# can be had. An index may name what its mirror does not hold (any more): then
# the index is read again, then the release before is taken.
kernel_update()
{
	local line=$1 arch=$2 current=$3 stamp=$CACHE/apt/kernel-$1-$2/stamp release dir again

	# what the last resolution said holds as long as the index does
	if [ -z "$REFRESH" ] && kernel_holds "$current" &&
	   [ "$current.checked" -nt "$stamp" ] &&
	   [ -z "$(find "$current.checked" -mmin +1440)" ]; then
		return
	fi
	# shellcheck disable=SC2046 # a list of words
	set -- $(kernel_resolve "$line" "$arch")
	again=$(find "$stamp" -mmin +10 2>/dev/null || :)
	while [ $# -gt 0 ]; do
		release=$1 dir=$(kernel_dir "$1")
		if kernel_holds "$dir" ||
		   kernel_fetch "$line" "$arch" "$release" "$dir"; then
			ln -sfn "${dir##*/}" "$current"
			touch "$current.checked"
			return
		fi
		shift
		if [ -n "$again" ]; then
			again=
			apt_stale "$CACHE/apt/kernel-$line-$arch/conf"
			apt_stale "$CACHE/apt/kernel-$line-$(build_arch)/conf"
			# shellcheck disable=SC2046 # a list of words
			set -- $(kernel_resolve "$line" "$arch")
		fi
	done
}

# kernel_fetch LINE DEBARCH RELEASE DIR
kernel_fetch()
{
	local line=$1 arch=$2 release=$3 dir=$4 part=$4.part conf package

	stage "fetch kernel $release"
	rm -rf "$part"
	mkdir -p "$part"/{debs,tree}
	while read -r conf package; do
		apt_download "$conf" "$part/debs" "$package" || {
			stage_end "failed: $(sed -nE 's/^E: .* ([0-9]{3}  .*) \[.*/\1/p;T;q' \
				"$part/debs/download.log")"
			rm -rf "$part"
			return 1
		}
	done < <(kernel_packages "$line" "$arch" "$release")
	for package in "$part"/debs/*.deb; do
		dpkg-deb -x "$package" "$part/tree"
	done
	(set -e; kernel_arrange "$part" "$release") || exit
	rm -rf "$part/tree" "$part/debs" "$dir"
	mv "$part" "$dir"
	stage_end
}

# kernel_arrange PART RELEASE: old and new package layouts become one
kernel_arrange()
{
	local part=$1 release=$2 tree=$1/tree file

	for file in "$tree"/{boot,usr/lib/modules/"$release"}/vmlinu[xz]*; do
		[ -f "$file" ] && kernel_unpack "$file" "$part/vmlinuz"
	done
	for file in "$tree"/{boot/config-*,usr/lib/modules/"$release"/config}; do
		[ -f "$file" ] && cp "$file" "$part/config"
	done
	mkdir -p "$part/headers/usr/lib"
	for file in "$tree"/{,usr/}lib/modules/"$release"; do
		[ -d "$file/kernel" ] && mv "$file" "$part/modules"
	done
	mv "$tree/usr/src" "$part/headers/usr/"
	for file in "$tree"/{,usr/}lib/linux-kbuild-*; do
		[ -d "$file" ] && mv "$file" "$part/headers/usr/lib/"
	done
	kernel_modules "$part" "$release"
	echo "$release" >"$part/release"
}

# kernel_unpack FILE OUT: QEMU's arm64 loader wants a plain image where the
# package has a self-extracting EFI one ("zimg": offset and size of a gzip at
# 8 and 12)
kernel_unpack()
{
	local at size

	if [ "$(dd if="$1" bs=1 skip=4 count=4 status=none | tr -d '\0')" = zimg ]; then
		at=$(od -An -tu4 -j8 -N4 "$1" | tr -d ' ')
		size=$(od -An -tu4 -j12 -N4 "$1" | tr -d ' ')
		tail -c "+$((at + 1))" "$1" | head -c "$size" >"$2.z"
		case $(dd if="$1" bs=1 skip=24 count=4 status=none | tr -d '\0') in
		gzip) gzip -dc <"$2.z" >"$2" ;;
		zstd) zstd -dcq <"$2.z" >"$2" ;;
		xz*) xz -dc <"$2.z" >"$2" ;;
		*) die "unknown compression of $1" ;;
		esac
		rm "$2.z"
	else
		cp "$1" "$2"
	fi
}

# kernel_modules PART RELEASE: the modules of the list with their dependencies, as the
# tree image/lib/modules/RELEASE. Only these are decompressed: some flavours have thousands.
kernel_modules()
{
	local part=$1 release=$2 all=$1/all/lib/modules/$2 to=$1/image/lib/modules/$2

	mkdir -p "$(dirname "$all")" "$to"
	mv "$part/modules" "$all"
	/sbin/depmod -b "$part/all" "$release" 2>/dev/null
	awk -v FS='[: ]+' 'NR == FNR { if (!/^#/ && NF) want[$1] = 1; next }
		{ n = $1; sub(/.*\//, "", n); sub(/\.ko.*/, "", n); gsub(/-/, "_", n)
		  if (n in want) for (i = 1; i <= NF; i++) if ($i != "") print $i }' \
		"$LAB/modules" "$all/modules.dep" | sort -u >"$part/all/wanted"
	(cd "$all" && cpio -pdm --quiet "$to" <"$part/all/wanted")
	find "$to" -name '*.ko.xz' -print0 | xargs -0r -n64 xz -d
	for file in "$part"/tree/{,usr/}lib/modules/"$release"/modules.* "$all"/modules.{order,builtin,builtin.modinfo}; do
		[ ! -f "$file" ] || cp "$file" "$to/"
	done
	/sbin/depmod -b "$part/image" "$release"
	cp "$LAB/modules" "$part/wanted"
	rm -rf "$part/all"
}
