/* SPDX-License-Identifier: GPL-2.0-only */
/* Histograms with a bucket for each power of two: what is known of a value is its bounds. */
#ifndef RS_HELPER_HIST_H
#define RS_HELPER_HIST_H

#include "snapshot.h"

/* The smallest and the largest value that bucket @i counts; the last bucket has no largest. */
uint64_t rs_hist_from(size_t i);
uint64_t rs_hist_to(size_t i);

/* Return: the bucket that counts values from @from on, RS_HIST_BUCKETS = none begins there. */
size_t rs_hist_bucket(uint64_t from);

/* Return: how many values were counted; 0 for an unknown histogram too. */
uint64_t rs_hist_count(const struct rs_histogram *h);

/* Return: the bucket in which the value lies that @permille of all are not above; -1 = no values.
 * 1000 asks for the largest. */
int rs_hist_percentile(const struct rs_histogram *h, unsigned int permille);

/* end - begin, bucket by bucket; unknown if either is, or if a count fell. @begin may be NULL. */
struct rs_histogram rs_hist_grown(const struct rs_histogram *begin, const struct rs_histogram *end);

/* "<16us", "<64", "0", ">1.0s": the bound of a value that lies in bucket @i; "-" for -1. */
const char *rs_hist_bound(int i, const char *unit, char *text, size_t size);

/* Return: the index of a histogram of that side by its name, -1 = no such histogram. */
int rs_hist_find(enum rs_side side, const char *name);

#endif
