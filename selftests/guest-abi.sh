# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=sh
# In a guest: the files and the snapshot's keys are those that /abi documents,
# and the other way round.

plan 10
ABI=/abi
DIR=/sys/kernel/debug/ringside

# documented: the files /abi has an entry for
documented()
{
	sed -n "s,^What:[[:space:]]*$DIR/,,p" $ABI | sort | tr '\n' ' '
}

# keys_missing: keys of the snapshot that /abi does not have as words
keys_missing()
{
	sed 1d $DIR/snapshot | tr ' ' '\n' | sed -n 's/=.*//p' | sort -u |
		while read -r key; do
			grep -qw "$key" $ABI || printf '%s ' "$key"
		done
}

# counters_missing: rows of counters.h that are not in the snapshot
counters_missing()
{
	sed -n 's/^RS_[A-Z]*(\([a-z_]*\),.*/\1/p' /counters.h |
		while read -r counter; do
			grep -q " $counter=" $DIR/snapshot || printf '%s ' "$counter"
			grep -q "^[[:space:]]*$counter " $ABI || printf '%s(undocumented) ' "$counter"
		done
}

# headers_wrong: files whose first line is not their format's version
headers_wrong()
{
	for file in $(documented); do
		[ "$file" = reset ] && continue
		head -n 1 "$DIR/$file" | grep -qx "ringside $file 1" || printf '%s ' "$file"
	done
}

# net_rx_runs: of all CPUs, or nothing where it is not counted
net_rx_runs()
{
	sed -n 's/^cpu .* net_rx_runs=\([0-9]*\) .*/\1/p' $DIR/snapshot |
		awk '{ n += $1 } END { if (NR) print n }'
}

# net_rx_time VALUE: the parameter
net_rx_time()
{
	echo "$1" >/sys/module/ringside/parameters/net_rx_time
}

insmod /ringside.ko || exit 1
same "documented files are the files there are" "$(documented)" \
	"$(cd $DIR && echo * | tr ' ' '\n' | sort | tr '\n' ' ')"
same "each key of the snapshot is documented" "" "$(keys_missing)"
same "each counter is in the snapshot and documented" "" "$(counters_missing)"
same "each file starts with its format's version" "" "$(headers_wrong)"
same "only root reads, only reset is written" "200 400 " \
	"$(stat -c %a $DIR/* | sort -u | tr '\n' ' ')"
same "documented parameters are the parameters there are" \
	"$(sed -n "s,^What:[[:space:]]*/sys/module/ringside/parameters/,,p" $ABI | sort)" \
	"$(ls /sys/module/ringside/parameters)"
same "nobody times net_rx_action unasked" "" "$(net_rx_runs)"
net_rx_time y
udp ping -n 101 -f 1 -p "$LAB_PEER_PORT" "$LAB_PEER" >/dev/null
check "asked for, it is timed" [ "$(net_rx_runs)" -ge 101 ]
net_rx_time n
same "and then no more" "" "$(net_rx_runs)"
same "modinfo tells of each" "" "$(for parameter in /sys/module/ringside/parameters/*; do
	grep -aq "parm=${parameter##*/}:" /ringside.ko || echo "${parameter##*/}"; done)"
rmmod ringside
