# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Debian packages through private apt configurations: the machine's own apt
# state is read (for the mirror) and never written.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror's address is the machine's business: taken from its apt, or from
# RINGSIDE_MIRROR (and RINGSIDE_MIRROR_SECURITY).
mirror_main()
{
	local site=${RINGSIDE_MIRROR:-}

	[ -n "$site" ] || site=$(mirror_find '(-updates)?$')
	[ -n "$site" ] || die "no Debian mirror in apt's sources: set RINGSIDE_MIRROR=URL"
	echo "${site%/}"
}

mirror_security()
{
	local site=${RINGSIDE_MIRROR_SECURITY:-}

	[ -n "$site" ] || [ -n "${RINGSIDE_MIRROR:-}" ] || site=$(mirror_find '-security$')
	[ -n "$site" ] || site=$(mirror_main)-security
	echo "${site%/}"
}

# mirror_find REGEX: the first of the machine's Debian sites with a suite of
# which REGEX matches what follows the code name
mirror_find()
{
	{
		# shellcheck disable=SC2016 # apt's own $(...)
		apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI)' \
			'Created-By: Packages' | sed -n 's/^Debian //p'
		sources_read
	} | awk -v r="^[a-z]+$1" '$1 ~ r && !done { print $2; done = 1 }'
}

# sources_read: "SUITE URI" of apt's sources, for a machine that has no index yet
sources_read()
{
	local dir=/etc/apt

	cat "$dir"/sources.list "$dir"/sources.list.d/*.list 2>/dev/null |
		sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+) +([^ ]+) .*\<main\>.*/\3 \2/p' || :
	cat "$dir"/sources.list.d/*.sources 2>/dev/null |
		awk '/^URIs:/ { uri = $2 } /^Suites:/ { suites = $0 } /^$/ { show() } END { show() }
		     function show(n, i, s) { n = split(suites, s); suites = ""
			for (i = 2; i <= n; i++) print s[i], uri }' || :
}

# sources_print SUITE...: apt's one-line format, signatures checked; source:SUITE
# for what its packages are made of
sources_print()
{
	local suite site type

	for suite; do
		type=deb
		[ "${suite#source:}" = "$suite" ] || type=deb-src
		suite=${suite#source:}
		case $suite in
		*-security) site=$(mirror_security) ;;
		*) site=$(mirror_main) ;;
		esac
		echo "$type [signed-by=$KEYRING] $site $suite main"
	done
}

# apt_conf NAME ARCH SUITE...: makes a private apt of that architecture and
# prints its configuration file; its index is read at most once a day.
apt_conf()
{
	local name=$1 arch=$2 dir=$CACHE/apt/$1-$2

	shift 2
	mkdir -p "$dir"/{lists/partial,archives/partial,parts}
	exec 8>"$dir/lock"
	flock 8
	if ! [ -e "$dir/stamp" ] || [ -n "$(find "$dir/stamp" -mmin +1440)" ] ||
	   { [ -n "$REFRESH" ] && [ "$dir/stamp" -ot "$WORK/started" ]; }; then
		apt_conf_write "$dir" "$arch" "$@"
		apt_update "$dir" "$name $arch"
	fi
	flock -u 8
	echo "$dir/conf"
}

# apt_conf_write DIR ARCH SUITE...
apt_conf_write()
{
	local dir=$1 arch=$2

	shift 2
	: >"$dir/status"
	sources_print "$@" >"$dir/sources.list"
	cat >"$dir/conf" <<-EOF
	Dir "$dir";
	Dir::State "$dir";
	Dir::State::lists "$dir/lists";
	Dir::State::status "$dir/status";
	Dir::State::extended_states "$dir/extended";
	Dir::Cache "$dir";
	Dir::Cache::archives "$dir/archives";
	Dir::Etc::sourcelist "$dir/sources.list";
	Dir::Etc::sourceparts "$dir/parts";
	Dir::Etc::main "$dir/none";
	Dir::Etc::parts "$dir/parts";
	Dir::Etc::preferencesparts "$dir/parts";
	Dir::Etc::trusted "$KEYRING";
	APT::Architecture "$arch";
	APT::Architectures { "$arch"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "";
	Acquire::Languages "none";
	Acquire::GzipIndexes "true";
	Acquire::Retries "3";
	Debug::NoLocking "true";
	EOF
}

# A mirror that is away does not stop what is cached from working.
apt_update()
{
	local dir=$1 what=$2

	stage "index $what"
	if APT_CONFIG=$dir/conf apt-get -qq --error-on=any update >"$dir/update.log" 2>&1; then
		touch "$dir/stamp"
		stage_end
	elif [ -e "$dir/stamp" ]; then	# not asked again before tomorrow
		touch "$dir/stamp"
		stage_end "mirror not reached: the cached index is used"
	else
		stage_end "failed"
		die "cannot read the package index ($what): is the mirror there? see $dir/update.log"
	fi
}

# apt_stale CONF: the index is to be read again before its next use
apt_stale()
{
	touch -d '3 days ago' "$(dirname "$1")/stamp"
}

# apt_download CONF DIR PACKAGE...: into DIR, checked against the index;
# what is there already is not fetched again
apt_download()
{
	local conf=$1 dir=$2 log

	shift 2
	mkdir -p "$dir"
	log=$dir/download.log
	(cd "$dir" && APT_CONFIG=$conf apt-get -qq download "$@" >"$log" 2>&1)
}

# apt_tree CONF DIR PACKAGE...: downloads them into DIR/debs, and unpacks them into DIR/tree
apt_tree()
{
	local conf=$1 dir=$2 deb

	shift 2
	mkdir -p "$dir/tree"
	apt_download "$conf" "$dir/debs" "$@" || return
	for deb in "$dir"/debs/*.deb; do
		dpkg-deb -x "$deb" "$dir/tree" || return
	done
}

# apt_source SUITE PACKAGE DIR: the source of a package without Debian's part, in DIR/source
apt_source()
{
	local suite=$1 package=$2 dir=$3 conf

	conf=$(apt_conf source "$(dpkg --print-architecture)" "source:$suite") || exit
	stage "fetch the source of $package"
	rm -rf "$dir"
	mkdir -p "$dir/source"
	if ! { (cd "$dir" && APT_CONFIG=$conf apt-get -qq --download-only --tar-only source "$package") &&
	       tar -xf "$dir"/*.orig.tar.* -C "$dir/source" --strip-components=1; } >"$dir.log" 2>&1; then
		stage_end failed
		die "cannot fetch the source of $package: see $dir.log"
	fi
	stage_end
}

# apt_needed CONF PACKAGE...: PACKAGE and all it depends on, a name a line
apt_needed()
{
	local conf=$1

	shift
	APT_CONFIG=$conf apt-get -qq -s install "$@" | awk '/^Inst/ { print $2 }'
}

# apt_depends CONF PACKAGE REGEX: packages that PACKAGE depends on (one step)
# and that match REGEX
apt_depends()
{
	APT_CONFIG=$1 apt-cache --no-all-versions show "$2" |
		sed -n '/^\(Pre-\)\?Depends: /{s/^[^:]*: //;s/([^)]*)//g;s/:any//g;s/[,|]/\n/g;p}' |
		tr -d ' ' | { grep -E "$3" || :; } | sort -u
}
