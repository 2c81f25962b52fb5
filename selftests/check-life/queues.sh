# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC2016 # expanded over there
# Runs on the emulated host: the guest's device changes its number of queues
# again and again, under traffic that every queue takes part in.

ROUNDS=${ROUNDS:-100}
PAIRS=4 GUEST_IP=10.77.0.2

# in_guest FUNCTION...: what lib.sh has, over there
in_guest()
{
	guest ". /lab/report.sh; . /life/lib.sh; $*"
}

plan 9
guest_start -n $PAIRS -c $PAIRS || exit 1
in_guest 'traces' >/tmp/clean
in_guest 'load_still $(bus_of eth0)' || exit 1
before=$(in_guest memory)
in_guest 'readers_start </dev/null; echo $READERS >/run/readers'
guest 'udp echo -p 7007 </dev/null >/tmp/echo 2>&1 &'
# The host's tun drops what waits in a queue that is switched off: it is sent again.
udp ping -R -t 300 -d 3600 -f 16 -p 7007 $GUEST_IP >/tmp/ping &
check "$ROUNDS changes of the number of queues" \
	timed "$ROUNDS changes" in_guest channels_change eth0 "$ROUNDS" $PAIRS
kill -TERM $!
wait $!
check "the files were read all the while" in_guest 'readers_end $(cat /run/readers)'
udp ping -t 20000 -n 503 -f 16 -p 7007 $GUEST_IP >/tmp/then
guest 'killall -TERM udp'
note "traffic: $(cat /tmp/ping), then $(cat /tmp/then), echoed: $(guest cat /tmp/echo)"
check "every datagram the guest got is answered" guest \
	'sed "s/.*sent=\([0-9]*\) received=\([0-9]*\) .*failed=0 .*/\1 \2/" /tmp/echo | { read a b; [ "$a" = "$b" ]; }'
check "each datagram is answered in the end" grep -q '^sent=.* lost=0 ' /tmp/ping
check "no datagram is lost after the last change" grep -q '^sent=.* lost=0 ' /tmp/then
same "every queue's counts are exact all along" "" "$(in_guest \
	'exact $(bus_of eth0) 1 /run/irqs-before')"
check "every queue took part" in_guest \
	'[ $(grep -c "^queue.* dir=rx .* handled=[1-9]" /run/snapshot) = '$PAIRS' ]'
check "no memory stays" in_guest "no_leak $ROUNDS $before"
guest_get /run/snapshot
guest 'rmmod ringside'
in_guest 'traces' >/tmp/left
check "no hook, module or file stays" cmp -s /tmp/clean /tmp/left
