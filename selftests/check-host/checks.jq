# SPDX-License-Identifier: GPL-2.0-only
#
# What the jq programs of this directory share. In: all JSON files of a run.

include "judge";

# Each of the files under its name.
def files: reduce inputs as $one ({};
	.[input_filename | sub(".*/"; "") | sub("[.]json$"; "")] = $one);

# Which queue it is: one without a tap has only its interrupt.
def identity: [.pid, .tap, .queue, .dir, if .tap then null else .gsi end];

# The queues of one direction, in order.
def queues_of($dir): queues(identity) | map(select(.dir == $dir)) | sort_by(identity);

def sum(f): map(f) | add;

# Of what `ip -s -j link` and `tc -s -j qdisc` said of one tap.
def link_sent: .[0].stats64.tx.packets;
def link_dropped: .[0].stats64.tx.dropped;
def qdisc_dropped: map(select(.root)) | .[0].drops;
