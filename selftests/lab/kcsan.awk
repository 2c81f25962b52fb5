# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel's log without the first lines of those KCSAN reports that do not involve
# ringside; how many there were goes to the file that count=FILE names. A report involves
# it where a function of [ringside] is in one of its stacks, or where the data lie in the
# part of the address space that modules have (x86_64). What an interrupt came upon is in
# its stack, and has no part in what the interrupt does: a stack ends at the interrupt's
# entry. One that the log cuts off stays.

function is_data_of_module(line)
{
	return line ~ / 0xffffffff[a-f][0-9a-f]+ of [0-9]+ bytes/
}

function is_entry(line)
{
	return line ~ / asm_(sysvec_|common_interrupt)/
}

function report_end()
{
	if (involved)
		print first
	else
		allowed++
	printf "%s", rest
	first = rest = ""
}

/BUG: KCSAN:/ {
	if (first != "")
		print first
	first = $0
	involved = /\[ringside\]/
	next
}

first != "" {
	if (is_data_of_module($0))
		involved = 1
	if (/ of [0-9]+ bytes /)
		interrupted = 0
	if (/\[ringside\]/ && !interrupted)
		involved = 1
	if (is_entry($0))
		interrupted = 1
	rest = rest $0 "\n"
	if (/====================/)
		report_end()
	next
}

{ print }

END {
	if (first != "")
		print first "\n" rest
	print allowed + 0 >count
}
