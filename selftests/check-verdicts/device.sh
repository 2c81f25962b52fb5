# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# How an incident is played where the fault device serves the machine: see fault.sh.

. /check/lib.sh

# told NAME: a window of the guest, and the answer that follows from it alone
told()
{
	counted ringside guest -q -d 1s -o "/out/$1-guest.json" 2>"/out/$1.err" && judged "$1"
}

# counted COMMAND...: whatever its answer is
counted()
{
	"$@"
	case $? in 0 | 2 | 3) ;; *) return 1 ;; esac
}

judged()
{
	counted ringside diff -j "/out/$1-guest.json" >"/out/$1-ledger.json"
}

# lasting NAME SCRIPT: the state that the device's script makes lasts in the window
lasting()
{
	fault "$2" >/dev/null && usleep 300000 && told "$1"
}

# during NAME SCRIPT: what the script does happens within the window
during()
{
	local window

	ringside guest -d 1h -o "/out/$1-guest.json" >/dev/null 2>"/out/$1.err" &
	window=$!
	until_true 60 grep -q '^counting' "/out/$1.err" &&
		fault "$2" >/dev/null && kill -INT $window &&
		counted wait $window && judged "$1"
}

# again: what was posted without the witness is not awaited
again()
{
	fault "witness 0; witness $(cat /sys/module/witness/parameters/address)"
}

# machine_start: the module, and the witness, which does in the guest what a script asks
machine_start()
{
	quiet_netdev && ringside_load && witness_start
}
