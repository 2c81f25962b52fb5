# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of ringside's commands and options.

_ringside_options()
{
	case $1 in
	guest) echo "--duration --interval --json --output --quiet --verbose --suppress --no-header --color --help" ;;
	host) echo "--duration --interval --json --output --quiet --verbose --suppress --no-header --color --tap --vm --pid --queue --no-times --help" ;;
	agent) echo "--quiet --help" ;;
	watch) echo "--interval --duration --once --trip --exec --bell --json --output --quiet --suppress --color --guest --vm --pid --tap --queue --no-times --help" ;;
	collect) echo "--duration --window --output --quiet --guest --tap --vm --pid --queue --no-times --help" ;;
	diff) echo "--json --output --quiet --verbose --suppress --no-header --color --help" ;;
	report) echo "--output --quiet --suppress --color --help" ;;
	list) echo "--json --verbose --no-header --tap --vm --pid --queue --help" ;;
	top) echo "--interval --verbose --guest --tap --vm --pid --queue --no-times --help" ;;
	metrics) echo "--duration --interval --output --quiet --verbose --suppress --tap --vm --pid --queue --no-times --help" ;;
	check) echo "--json --quiet --verbose --help" ;;
	*) echo "--help --version" ;;
	esac
}

# Taps and other TUN devices have a tun_flags file.
_ringside_taps()
{
	local flags

	for flags in /sys/class/net/*/tun_flags; do
		[ -e "$flags" ] || continue
		flags=${flags%/tun_flags}
		echo "${flags##*/}"
	done
}

# What QEMU's command lines say: "PID NAME" of each virtual machine, "PID" of one without a name.
_ringside_machines()
{
	local file word before name

	for file in /proc/[0-9]*/cmdline; do
		before='' name=''
		while IFS= read -r -d '' word; do
			case $before in
			'') case $word in *qemu* | *kvm*) ;; *) continue 2 ;; esac ;;
			-name)
				case $word in guest=* | *,guest=*) word=${word#*guest=} ;; esac
				name=${word%%,*}
				;;
			esac
			before=$word
		done 2>/dev/null <"$file"
		[ -z "$before" ] || { file=${file%/cmdline} && echo "${file##*/} $name"; }
	done
}

# The guests with a vsock.
_ringside_guests()
{
	local file

	for file in /proc/[0-9]*/cmdline; do
		tr '\0' '\n' 2>/dev/null <"$file" | sed -n 's/.*guest-cid["=: ]*\([0-9]*\).*/vsock:\1/p'
	done
}

_ringside()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} words

	for words in "${COMP_WORDS[@]:2:COMP_CWORD - 2}"; do
		[ "$words" = -- ] || continue
		mapfile -t COMPREPLY < <(compgen -A command -f -- "$word")
		return
	done
	# bash takes --color=always as three words
	[ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}
	[ "$word" != = ] || word=
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="guest host agent watch collect diff report list top metrics check --help --version"
	else
		case $before in
		--tap) words=$(_ringside_taps) ;;
		--color) words="auto always never" ;;
		-d | --duration | --window | -i | --interval) words="1s 10s 1m" ;;
		--vm) words=$(_ringside_machines | cut -d ' ' -f 2-) ;;
		--pid) words=$(_ringside_machines | cut -d ' ' -f 1) ;;
		--guest) words=$(_ringside_guests) ;;
		--trip) words="1/2 2/3 3/5" ;;
		-o | --output | --queue | --exec) words= ;;
		*)
			words=$(_ringside_options "$command")
			case $command in check | collect | list | metrics | top) words+=" guest host" ;; esac
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	case $command:$before in
	diff:* | report:* | *:-o | *:--output)
		[ "${word#-}" != "$word" ] || mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -F _ringside ringside
