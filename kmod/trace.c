// SPDX-License-Identifier: GPL-2.0-only
/* The code of the trace events of trace.h. */
#include "account.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
