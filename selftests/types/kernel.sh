#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh VMLINUZ: writes the kernel in it, uncompressed, to standard output.
# x86_64: Documentation/arch/x86/boot.rst tells where the payload is. arm64: either
# an Image, which is not compressed, or an EFI image that carries a compressed one
# (drivers/firmware/efi/libstub/zboot-header.S).

set -eu
vmlinuz=$1

# number OFFSET BYTES
number()
{
	od -An -v -tu"$2" -j"$1" -N"$2" "$vmlinuz" | tr -d ' '
}

# text OFFSET BYTES
text()
{
	dd if="$vmlinuz" bs=1 skip="$1" count="$2" 2>/dev/null | tr -d '\0'
}

# payload OFFSET BYTES: uncompressed, by its first bytes; the four last ones of
# xz, zstd and lz4 are the kernel's, its size.
payload()
{
	case $(od -An -v -tx1 -j"$1" -N4 "$vmlinuz" | tr -d ' ') in
	1f8b*) set -- "$1" "$2" gzip ;;
	fd377a58) set -- "$1" $(($2 - 4)) xz ;;
	28b52ffd) set -- "$1" $(($2 - 4)) zstd ;;
	02214c18) set -- "$1" $(($2 - 4)) lz4 ;;
	*) echo "kernel.sh: $vmlinuz: its compression is not known" >&2; exit 1 ;;
	esac
	tail -c +$(($1 + 1)) "$vmlinuz" | head -c "$2" | "$3" -dc
}

if [ "$(text 514 4)" = HdrS ]; then
	sectors=$(number 497 1)
	[ "$sectors" != 0 ] || sectors=4
	payload $(((sectors + 1) * 512 + $(number 584 4))) "$(number 588 4)"
elif [ "$(text 4 4)" = zimg ]; then
	payload "$(number 8 4)" "$(number 12 4)"
else
	cat "$vmlinuz"
fi
