# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# Modules that are loaded while an exporter runs: it starts on a host without tun and vhost, and
# counts as soon as a guest is served there. Known datagrams. Without -i the hooks stay as they are.

. /lab/check/host.sh

METRICS=/out/ringside.prom

exporter_start()
{
	ringside metrics host -q -i 1s -o $METRICS 2>/out/exporter.err &
	EXPORTER=$!
	until_true 120 [ -s $METRICS ]
}

exporter_stop()
{
	kill -INT "$EXPORTER"
	counted wait "$EXPORTER"
}

# counter NAME DIR: over all queues
counter()
{
	awk -v name="ringside_$1{" -v dir="dir=\"$2\"" \
		'index($0, name) == 1 && index($0, dir) { sum += $NF; n++ } END { print n ? sum : "-" }' $METRICS
}

# renewed: another file has taken its place
renewed()
{
	before=$(stat -c %i $METRICS)
	until_true 60 newer "$before"
}

newer()
{
	[ "$(stat -c %i $METRICS)" != "$1" ]
}

# looked: two later results have replaced this one
looked()
{
	renewed && renewed
}

served()
{
	[ "$(counter vhost_posted_total rx)" != - ]
}

# sent_known: what was counted before is in $posted and $offered
sent_known()
{
	looked && posted=$(counter vhost_posted_total rx) offered=$(counter tun_offered_total rx) || return
	udp blast -n 307 -p "$PORT" "$SILENT_IP" >/tmp/sent && looked
}

modprobe -r vhost_net tun || exit 1
check "the host has neither tun nor vhost_net" sh -c '! grep -qE "^(tun|vhost_net) " /proc/modules'
check "the exporter runs all the same" exporter_start
same "it has no queue" - "$(counter tun_offered_total rx)"
modprobe -a tun vhost_net
guest_start
net_still
silent
check "a guest that starts later is counted" until_true 120 served
check "known datagrams" sent_known
same "packets offered to the tap" 307 $(($(counter tun_offered_total rx) - offered))
same "entries posted by vhost" 307 $(($(counter vhost_posted_total rx) - posted))
check "the exporter ends in order" exporter_stop
same "nothing stays attached" "" "$(attached)"
