# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=sh
# In a guest: compares the files and the keys of the snapshot with those that /abi documents.

plan 11
ABI=/abi
DIR=/sys/kernel/debug/ringside

# documented: the files with an entry in /abi
documented()
{
	sed -n "s,^What:[[:space:]]*$DIR/,,p" $ABI | sort | tr '\n' ' '
}

# keys_missing: keys of the snapshot that are not words of /abi
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
	sed -n 's/^RS_[A-Z_]*(\([a-z_]*\),.*/\1/p' /counters.h |
		while read -r counter; do
			grep -q " $counter=" $DIR/snapshot || printf '%s ' "$counter"
			grep -q "^[[:space:]]*$counter " $ABI || printf '%s(undocumented) ' "$counter"
		done
}

# facts_missing: rows of facts.h that are undocumented
facts_missing()
{
	sed -n 's/^RS_FACT(\([a-z_]*\),.*/\1/p' /facts.h |
		while read -r fact; do
			grep -qw "$fact" $ABI || printf '%s ' "$fact"
		done
}

# headers_wrong: files that do not start with the version of their format
headers_wrong()
{
	for file in $(documented); do
		[ "$file" = reset ] && continue
		head -n 1 "$DIR/$file" | grep -qx "ringside $file 1" || printf '%s ' "$file"
	done
}

# net_rx_runs: the sum of all CPUs; empty if it is not counted
net_rx_runs()
{
	sed -n 's/^cpu .* net_rx_runs=\([0-9]*\) .*/\1/p' $DIR/snapshot |
		awk '{ n += $1 } END { if (NR) print n }'
}

# net_rx_time VALUE: sets the parameter
net_rx_time()
{
	echo "$1" >/sys/module/ringside/parameters/net_rx_time
}

insmod /ringside.ko || exit 1
same "the documented files are the existing files" "$(documented)" \
	"$(cd $DIR && echo * | tr ' ' '\n' | sort | tr '\n' ' ')"
same "each key of the snapshot is documented" "" "$(keys_missing)"
same "each counter is in the snapshot and documented" "" "$(counters_missing)"
same "each fact is documented" "" "$(facts_missing)"
same "each file starts with the version of its format" "" "$(headers_wrong)"
same "only root reads, only reset is written" "200 400 " \
	"$(stat -c %a $DIR/* | sort -u | tr '\n' ' ')"
same "the documented parameters are the existing parameters" \
	"$(sed -n "s,^What:[[:space:]]*/sys/module/ringside/parameters/,,p" $ABI | sort)" \
	"$(ls /sys/module/ringside/parameters)"
same "the time in net_rx_action is not counted by default" "" "$(net_rx_runs)"
net_rx_time y
udp ping -n 101 -f 1 -p "$LAB_PEER_PORT" "$LAB_PEER" >/dev/null
check "with net_rx_time it is counted" [ "$(net_rx_runs)" -ge 101 ]
net_rx_time n
same "after net_rx_time is off it is not counted" "" "$(net_rx_runs)"
same "modinfo lists each parameter" "" "$(for parameter in /sys/module/ringside/parameters/*; do
	grep -aq "parm=${parameter##*/}:" /ringside.ko || echo "${parameter##*/}"; done)"
rmmod ringside
