# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=sh
# In testpmd's guest: sh pings.sh MAC. Sends a prime number of datagrams to the device with this
# address, from the CPU of each of the guest's queues, and prints what came back.

ip neigh replace 10.77.0.1 lladdr "$1" dev eth0 nud permanent
ethtool -K eth0 tx off >/dev/null
taskset 1 udp ping -t 20000 -n 1009 -f 3 10.77.0.1 >/tmp/ping0 </dev/null 2>&1 &
taskset 2 udp ping -t 20000 -n 1511 -f 1 10.77.0.1 >/tmp/ping1
wait
cat /tmp/ping0 /tmp/ping1
