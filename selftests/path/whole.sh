# SPDX-License-Identifier: GPL-2.0-only
# The whole path in one boot: the incident, reloads of the module, bad input.
. /lab/incident.sh
. /lab/reload.sh
. /lab/refuse.sh
