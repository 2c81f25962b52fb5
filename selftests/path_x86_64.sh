#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The whole path on x86_64, in the lab.
exec "$(dirname "$0")/path/check.sh" x86_64
