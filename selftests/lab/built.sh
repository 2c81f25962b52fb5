# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Kernels that no package has: built from Debian's source of a line, each with
# the configuration built/small and what built/NAME adds to it. x86_64 only.

BUILT_LINE=6.1

# What is fetched, but not unpacked: no kernel here is made of it.
BUILT_WITHOUT="arch/[a-w]* drivers/gpu drivers/media drivers/staging drivers/infiniband drivers/scsi
	drivers/net/ethernet drivers/net/wireless sound Documentation"

is_built()
{
	[ -e "$LAB/built/$1" ]
}

built_root()
{
	root_make kernel "$(kernel_root "$BUILT_LINE")" "$(build_arch)" gcc make flex bison bc \
		libelf-dev perl rsync kmod cpio dpkg-dev "$(cross_packages)"
}

# built_wanted LINE: its configuration, the last word for each option
built_wanted()
{
	cat "$LAB/built/small" "$LAB/built/$1" | awk '
		{ name = $1 == "#" ? $2 : $1; sub(/=.*/, "", name) }
		name ~ /^CONFIG_/ { line[name] = $0 }
		END { for (name in line) print line[name] }' | sort
}

built_version()
{
	APT_CONFIG=$1 apt-cache --no-all-versions show "linux-source-$BUILT_LINE" |
		sed -n 's/^Version: //p'
}

# built_source CONF DIR: the line's source, once for all that is built of it
built_source()
{
	local deb name without=()

	[ ! -d "$2" ] || return 0
	stage "fetch the source of $BUILT_LINE"
	rm -rf "$2.part"
	mkdir -p "$2.part"
	apt_download "$1" "$2.part" "linux-source-$BUILT_LINE" || {
		stage_end failed
		die "cannot fetch linux-source-$BUILT_LINE: see $2.part/download.log"
	}
	for name in $BUILT_WITHOUT; do
		without+=(--exclude="*/$name/*.[chS]" --exclude="*/$name/*.dts*" --exclude="*/$name/*.rst")
	done
	deb=$(echo "$2.part"/*.deb)
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards '*/linux-source-*.tar.*' |
		tar -xJ -C "$2.part" --strip-components=1 --wildcards "${without[@]}"
	rm "$deb"
	mv "$2.part" "$2"
	stage_end
}

# built_make DIR SOURCE ARGUMENT...: in the root, with nothing of this machine
# but its CPUs; DIR is /kernel there
built_make()
{
	local dir=$1 source=$2 root

	shift 2
	root=$(built_root) || exit
	as_root mkdir -p "$root/kernel" "$root/source"
	# shellcheck disable=SC2016,SC2046 # expanded inside; a list of words
	as_root env -i PATH="$PATH" KBUILD_BUILD_TIMESTAMP=0 KDEB_COMPRESS=none DPKG_FLAGS=-d \
		KBUILD_PKG_ROOTCMD= KDEB_SOURCENAME=ringside unshare -m sh -c '
		mount -t proc proc "$1/proc" && mount --bind "$2" "$1/kernel" &&
		mount --bind "$3" "$1/source" && shift 3 && exec chroot "$@"' sh \
		"$root" "$dir" "$source" "$root" nice make -C /source O=/kernel/build \
		-j"$(($(nproc) * 2))" $(cross_make x86_64) "$@" >>"$dir/log" 2>&1
}

# built_check LINE DIR: kconfig leaves out, without a word, what depends on
# something that is off
built_check()
{
	local line

	while read -r line; do
		case $line in
		CONFIG*) grep -qx "$line" "$2/build/.config" ;;
		*) ! grep -q "^$(echo "$line" | cut -d' ' -f2)=" "$2/build/.config" ;;
		esac || die "the kernel's configuration has no \"$line\": see $LAB/built/$1"
	done <"$2/wanted"
}

# built_packages LINE RELEASE DIR SOURCE: goes on where a build was interrupted
built_packages()
{
	local dir=$3

	stage "build kernel $2"
	mkdir -p "$dir/build"
	: >"$dir/log"
	built_wanted "$1" >"$dir/wanted"
	if built_make "$dir" "$4" KCONFIG_ALLCONFIG=/kernel/wanted allnoconfig &&
	   built_check "$1" "$dir" &&
	   built_make "$dir" "$4" LOCALVERSION="-${2#*-}" bindeb-pkg; then
		stage_end
	else
		stage_end failed
		tail -n 20 "$dir/log" >&2
		die "kernel $2 does not build: see $dir/log"
	fi
}

# built_is_current LINE CURRENT: as what the source and the configuration would
# make; the source is looked for once a day
built_is_current()
{
	[ -z "$REFRESH" ] && kernel_holds "$2" && built_wanted "$1" | cmp -s - "$2/configured" &&
		[ -z "$(find "$2.checked" -mmin +1440)" ]
}

# built_kernel LINE RELEASE SOURCE: into the cache, as the lab keeps kernels
built_kernel()
{
	local line=$1 release=$2 source=$3 dir=$CACHE/built/$2 package

	mkdir -p "$dir"
	built_packages "$line" "$release" "$dir" "$source"
	mkdir -p "$dir/part/tree"
	for package in "$dir"/linux-{image,headers}-*.deb; do
		dpkg-deb -x "$package" "$dir/part/tree"
	done
	(set -e; kernel_arrange "$dir/part" "$release") || exit
	cp "$dir/wanted" "$dir/part/configured"
	rm -rf "$dir/part/tree" "$(kernel_dir "$release")"
	mv "$dir/part" "$(kernel_dir "$release")"
	as_root rm -rf "$dir"
}

# built_update LINE DEBARCH CURRENT: as kernel_update
built_update()
{
	local line=$1 current=$3 conf version release source

	[ "$2" = amd64 ] || die "kernel $line is built for x86_64 only"
	! built_is_current "$line" "$current" || return 0
	conf=$(kernel_apt "$BUILT_LINE" amd64) || exit
	version=$(built_version "$conf")
	[ -n "$version" ] || die "there is no linux-source-$BUILT_LINE in the index: try --refresh"
	source=$CACHE/built/source-$version
	release=${version%-*}-$line-$({ echo "$version"; built_wanted "$line"; } |
		sha256sum | cut -c1-8)
	if ! kernel_holds "$(kernel_dir "$release")"; then
		mkdir -p "$CACHE/built"
		exec 4>"$CACHE/built/lock"
		flock 4
		built_source "$conf" "$source"
		flock -u 4
		built_kernel "$line" "$release" "$source"
	fi
	ln -sfn "$(basename "$(kernel_dir "$release")")" "$current"
	touch "$current.checked"
}
