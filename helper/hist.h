/* SPDX-License-Identifier: GPL-2.0-only */
/* Histograms with one bucket for each power of two. Only the bounds of a value are known. */
#ifndef RS_HELPER_HIST_H
#define RS_HELPER_HIST_H

#include "snapshot.h"

/* The smallest and the largest value in bucket @i; the last bucket has no upper bound. */
uint64_t rs_hist_from(size_t i);
uint64_t rs_hist_to(size_t i);

/* Return: the bucket that starts at @from; RS_HIST_BUCKETS = no bucket starts there. */
size_t rs_hist_bucket(uint64_t from);

/* Return: the number of values; 0 also for an unknown histogram. */
uint64_t rs_hist_count(const struct rs_histogram *h);

/* Return: the bucket of the smallest value that at least @permille of all values do not exceed;
 * 1000 = the largest value; -1 = no values. */
int rs_hist_percentile(const struct rs_histogram *h, unsigned int permille);

/* end - begin for each bucket; unknown if either is unknown, or if a count fell. @begin may be
 * NULL. */
struct rs_histogram rs_hist_grown(const struct rs_histogram *begin, const struct rs_histogram *end);

/* "<16us", "<64", "0", ">1.0s": the bound of the values in bucket @i; "-" for -1. */
const char *rs_hist_bound(int i, const char *unit, char *text, size_t size);

/* Return: the index of the histogram with this name, -1 = no such histogram. */
int rs_hist_find(enum rs_side side, const char *name);

#endif
