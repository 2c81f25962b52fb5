# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# How a load that is refused must look. After lib.sh.

# said: what the module said; the kernel says some of its own under its name.
# insmod may try twice.
said()
{
	dmesg | sed -n 's/^\[[^]]*\] ringside: //p' | grep -v "taint[a-z]* kernel\|^.[^ ]*' invalid for parameter" |
		sort -u
}

# refused NAME ERROR SENTENCE [PARAMETER]...: by that error, with one sentence
# of that pattern in the log, and nothing left
refused()
{
	local name=$1 error=$2 sentence=$3 before error_is sentences

	shift 3
	before=$(traces)
	dmesg -c >>/out/refusals.dmesg
	if error_is=$(insmod /ringside.ko "$@" 2>&1); then
		fail "$name" "it was loaded"
		rmmod ringside
		return
	fi
	sentences=$(said)
	if [ -n "${error_is##*"$error"*}" ]; then
		fail "$name" "not '$error': $error_is"
	elif [ "$(echo "$sentences" | wc -l)" != 1 ] || ! echo "$sentences" | grep -q -- "$sentence"; then
		fail "$name" "not one sentence with '$sentence': $sentences"
	elif [ "$(traces)" != "$before" ]; then
		fail "$name" "something stayed"
	else
		pass "$name"
	fi
}
