# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=sh
# In a guest: the files and the snapshot's keys are those that /abi documents,
# and the other way round.

plan 5
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

insmod /ringside.ko || exit 1
same "documented files are the files there are" "$(documented)" \
	"$(cd $DIR && echo * | tr ' ' '\n' | sort | tr '\n' ' ')"
same "each key of the snapshot is documented" "" "$(keys_missing)"
same "each counter is in the snapshot and documented" "" "$(counters_missing)"
same "each file starts with its format's version" "" "$(headers_wrong)"
same "only root reads, only reset is written" "200 400 " \
	"$(stat -c %a $DIR/* | sort -u | tr '\n' ' ')"
rmmod ringside
