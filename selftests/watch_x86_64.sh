#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both sides live on x86_64, in the lab.
exec "$(dirname "$0")/watch/check.sh" x86_64
