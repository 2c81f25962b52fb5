# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# How a load that is refused must look. After lib.sh.

# busybox's insmod tries twice, of a packed module with success only once
MODULE=/run/ringside.ko.gz
gzip -c /ringside.ko >$MODULE

# device_ids has something to find
modprobe virtio_rng 2>/dev/null # or it is built in

# From here on, what is said is said of the next load.
hush()
{
	read -r HUSHED _ </proc/uptime
	echo "hush $HUSHED" >/dev/kmsg
}

# said: what the module said; the kernel says some of its own under its name
said()
{
	dmesg | sed -n "/hush $HUSHED\$/,\$ {
		/taint[a-z]* kernel/d
		/ringside: .[^ ]*' invalid for parameter/d
		s/^\[[^]]*\] ringside: //p
	}"
}

# load_wrong BEFORE ERROR SENTENCE SAID: what is wrong with a load that was
# refused with the message SAID, where traces were BEFORE
load_wrong()
{
	local sentences

	sentences=$(said)
	[ -z "${4##*"$2"*}" ] || echo "not '$2': $4"
	case $sentences in
	'' | *"
"*) echo "not one sentence: $sentences" ;;
	*"$3"*) ;;
	*) echo "nothing of '$3': $sentences" ;;
	esac
	traces_are "$1" || echo "something stayed: $(traces)"
}

# refused NAME ERROR SENTENCE [PARAMETER]...: by that error, with one sentence
# of that pattern in the log, and nothing left
refused()
{
	local name=$1 error=$2 sentence=$3 before error_is

	shift 3
	before=$(traces)
	hush
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

# hooks_true BEFORE: of the function tracer's hooks those are attached that are said to be, and no
# others. One process: it is done after each load, on a kernel where each takes a fifth of a second.
hooks_true()
{
	traces | awk -v before="$1" '
		BEGIN {
			for (n = split(before, said, "\n"); n; n--) {
				sub(/ .*/, "", said[n])
				wanted[said[n]]++
			}
		}
		FILENAME != "-" {
			if ($1 == "hook" && $3 == "kind=ftrace" && $4 == "state=attached")
				wanted[substr($2, 6)]++
			next
		}
		!/^\// { wanted[$1]-- }
		END {
			for (name in wanted)
				if (name != "" && wanted[name])
					exit 1
		}' "$RINGSIDE/hooks" -
}

# load_nth N ERROR BEFORE: loads, with all there is to do, while the nth call, or
# allocation, is refused, where traces were BEFORE; prints what is wrong with
# what came of it, and unloads. False: there is no such call.
load_nth()
{
	local error_is used

	hush
	refuser_set nth "$1"
	if error_is=$(insmod $MODULE device_ids=1,4 2>&1); then
		used=$(refuser_seen)
		refuser_set nth 0
		until_true 10 hooks_true "$3" || echo "call $1: hooks are not as they say"
		rmmod ringside
		traces_are "$3" || echo "call $1: something stayed: $(traces)"
		[ "$used" -ge "$1" ]
	else
		refuser_set nth 0
		load_wrong "$3" "$2" "" "$error_is"
	fi
}
