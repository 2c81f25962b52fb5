// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hist.h"

uint64_t rs_hist_from(size_t i)
{
	return i ? 1ULL << (i - 1) : 0;
}

uint64_t rs_hist_to(size_t i)
{
	return i + 1 < RS_HIST_BUCKETS ? rs_hist_from(i + 1) - 1 : UINT64_MAX;
}

size_t rs_hist_bucket(uint64_t from)
{
	size_t i = 0;

	while (i < RS_HIST_BUCKETS && rs_hist_from(i) != from)
		i++;
	return i;
}

uint64_t rs_hist_count(const struct rs_histogram *h)
{
	uint64_t count = 0;

	for (size_t i = 0; h->known && i < RS_HIST_BUCKETS; i++)
		count += h->bucket[i];
	return count;
}

int rs_hist_percentile(const struct rs_histogram *h, unsigned int permille)
{
	uint64_t count = rs_hist_count(h), seen = 0;

	for (int i = 0; i < RS_HIST_BUCKETS; i++) {
		seen += h->bucket[i];
		/* divided first, so that a large count does not overflow */
		if (count && seen / 1000.0 >= count / 1000.0 * (permille / 1000.0))
			return seen ? i : -1;
	}
	return -1;
}

struct rs_histogram rs_hist_grown(const struct rs_histogram *begin, const struct rs_histogram *end)
{
	struct rs_histogram d = *end;

	if (!begin)
		return d;
	d.known = begin->known && end->known;
	for (size_t i = 0; d.known && i < RS_HIST_BUCKETS; i++) {
		d.known = end->bucket[i] >= begin->bucket[i];
		d.bucket[i] = end->bucket[i] - begin->bucket[i];
	}
	return d;
}

static const struct {
	uint64_t ns;
	const char *suffix;
} scales[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};

static void time_text(const char *sign, uint64_t ns, char *text, size_t size)
{
	size_t i = 0;

	while (ns < scales[i].ns)
		i++;
	if (ns / scales[i].ns < 10 && scales[i].ns > 1)
		snprintf(text, size, "%s%.1f%s", sign, ns / (double)scales[i].ns, scales[i].suffix);
	else
		snprintf(text, size, "%s%" PRIu64 "%s", sign, ns / scales[i].ns, scales[i].suffix);
}

const char *rs_hist_bound(int i, const char *unit, char *text, size_t size)
{
	bool last = i == RS_HIST_BUCKETS - 1;
	uint64_t bound = i < 0 ? 0 : last ? rs_hist_from(i) : rs_hist_from(i + 1);

	if (i < 0)
		snprintf(text, size, "-");
	else if (!i)
		snprintf(text, size, "0");
	else if (!strcmp(unit, "ns"))
		time_text(last ? ">" : "<", bound, text, size);
	else
		snprintf(text, size, "%s%" PRIu64, last ? ">" : "<", bound);
	return text;
}

int rs_hist_find(enum rs_side side, const char *name)
{
	for (size_t i = 0; i < rs_hists[side].count; i++)
		if (!strcmp(rs_hists[side].rows[i].name, name))
			return i;
	return -1;
}
