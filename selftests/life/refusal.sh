# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# How a load that is refused must look. After lib.sh.

# busybox's insmod tries twice, of a packed module with success only once
MODULE=/run/ringside.ko.gz
gzip -c /ringside.ko >$MODULE

# said: what the module said; the kernel says some of its own under its name
said()
{
	dmesg | sed -n 's/^\[[^]]*\] ringside: //p' |
		grep -v "taint[a-z]* kernel\|^.[^ ]*' invalid for parameter"
}

# load_wrong BEFORE ERROR SENTENCE SAID: what is wrong with a load that was
# refused with the message SAID, where traces were BEFORE
load_wrong()
{
	local sentences

	sentences=$(said)
	if [ -n "${4##*"$2"*}" ]; then
		echo "not '$2': $4"
	elif [ "$(echo "$sentences" | wc -l)" != 1 ] || ! echo "$sentences" | grep -q -- "$3"; then
		echo "not one sentence with '$3': $sentences"
	elif [ "$(traces)" != "$1" ]; then
		echo "something stayed: $(traces)"
	fi
}

# refused NAME ERROR SENTENCE [PARAMETER]...: by that error, with one sentence
# of that pattern in the log, and nothing left
refused()
{
	local name=$1 error=$2 sentence=$3 before error_is

	shift 3
	before=$(traces)
	dmesg -c >>/out/refusals.dmesg
	if error_is=$(insmod $MODULE "$@" 2>&1); then
		fail "$name" "it was loaded"
		rmmod ringside
	else
		same "$name" "" "$(load_wrong "$before" "$error" "$sentence" "$error_is")"
	fi
}

refuser_set()
{
	echo "$2" >"/sys/module/refuser/parameters/$1"
}

refuser_seen()
{
	cat /sys/module/refuser/parameters/seen
}

attached_said()
{
	sed -n 's/^hook name=\([^ ]*\) kind=ftrace state=attached .*/\1/p' "$RINGSIDE/hooks"
}

attached_by_tracer()
{
	traces | grep -v "^/" | cut -d' ' -f1
}

# hooks_true BEFORE: the hooks are attached that are said to be, and no others
hooks_true()
{
	[ "$( { echo "$1" | grep -v "^/" | cut -d' ' -f1; attached_said; } | sort)" = \
	  "$(attached_by_tracer | grep -vx ringside | sort)" ]
}

# load_nth N ERROR: loads, with all there is to do, while the nth call, or
# allocation, is refused; prints what is wrong with what came of it, and unloads.
# False: there is no such call.
load_nth()
{
	local before error_is used

	before=$(traces)
	dmesg -c >>/out/refusals.dmesg
	refuser_set nth "$1"
	if error_is=$(insmod $MODULE device_ids=1,4 2>&1); then
		used=$(refuser_seen)
		refuser_set nth 0
		until_true 10 hooks_true "$before" || echo "call $1: hooks are not as they say"
		rmmod ringside
		[ "$(traces)" = "$before" ] || echo "call $1: something stayed: $(traces)"
		[ "$used" -ge "$1" ]
	else
		refuser_set nth 0
		load_wrong "$before" "$2" . "$error_is" | sed "s/^/call $1: /"
	fi
}
