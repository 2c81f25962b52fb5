/* SPDX-License-Identifier: GPL-2.0-only */
/* The style of a report's page: light and dark, narrow and wide, on paper. */
#ifndef RS_SHEET_H
#define RS_SHEET_H

extern const char rs_sheet[];

#endif
