#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The whole path on arm64, in the lab.
exec "$(dirname "$0")/path/check.sh" arm64
