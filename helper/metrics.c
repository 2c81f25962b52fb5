// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fields.h"
#include "hist.h"
#include "metrics.h"

/* The gauges of a queue that are worth an alarm. */
static const struct {
	const char *key;
	const char *meaning;
	unsigned int sides;
} gauges[] = {
	{"occupancy", "packets waiting in the tap queue's ring", RS_HOST},
	{"ring_size", "packets the tap queue's ring can hold", RS_HOST},
	{"carrier", "whether the tap has a carrier", RS_HOST},
	{"size", "entries of the virtqueue", RS_GUEST},
};

static void value_escape(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void label_print(FILE *out, const char *before, const char *name, const char *value)
{
	fprintf(out, "%s%s=\"", before, name);
	value_escape(out, value);
	fputc('"', out);
}

static void queue_labels_print(FILE *out, enum rs_side side, const struct rs_queue *q)
{
	char number[24] = "";

	if (side == RS_SIDE_GUEST) {
		label_print(out, "{", "netdev", *q->netdev ? q->netdev : q->device);
		label_print(out, ",", "queue", q->name);
	} else {
		if (q->queue.known)
			snprintf(number, sizeof(number), "%" PRIu64, q->queue.value);
		label_print(out, "{", "vm", q->vm);
		label_print(out, ",", "tap", q->tap);
		label_print(out, ",", "queue", number);
	}
	label_print(out, ",", "dir", q->dir);
}

static void labels_print(FILE *out, enum rs_side side, const struct rs_queue *q)
{
	queue_labels_print(out, side, q);
	fputc('}', out);
}

static void head_print(FILE *out, const char *name, const char *type, const char *meaning)
{
	fprintf(out, "# TYPE ringside_%s %s\n# HELP ringside_%s ", name, type, name);
	value_escape(out, meaning);
	fputc('\n', out);
}

static void counters_print(FILE *out, const struct rs_snapshot *s)
{
	for (size_t c = 0; c < rs_counters[s->side].count; c++) {
		const struct rs_counter *row = &rs_counters[s->side].rows[c];

		head_print(out, row->name, "counter", row->meaning);
		for (size_t i = 0; i < s->end.queues_n; i++) {
			const struct rs_queue *q = &s->end.queues[i];

			if (!q->counters[c].known)
				continue;
			fprintf(out, "ringside_%s_total", row->name);
			labels_print(out, s->side, q);
			fprintf(out, " %" PRIu64 "\n", q->counters[c].value);
		}
	}
}

/* Every bucket, empty or not: the set of time series must not change. */
static void hist_print(FILE *out, const struct rs_snapshot *s, const struct rs_queue *q, size_t i)
{
	const struct rs_histogram *h = &q->hists[i];
	const char *name = rs_hists[s->side].rows[i].name;
	uint64_t seen = 0;
	char bound[24];

	for (size_t b = 0; b < RS_HIST_BUCKETS; b++) {
		seen += h->bucket[b];
		snprintf(bound, sizeof(bound), "%" PRIu64 ".0", rs_hist_to(b));
		fprintf(out, "ringside_%s_bucket", name);
		queue_labels_print(out, s->side, q);
		label_print(out, ",", "le", b + 1 < RS_HIST_BUCKETS ? bound : "+Inf");
		fprintf(out, "} %" PRIu64 "\n", seen);
	}
	fprintf(out, "ringside_%s_count", name);
	labels_print(out, s->side, q);
	fprintf(out, " %" PRIu64 "\n", seen);
}

static void hists_print(FILE *out, const struct rs_snapshot *s)
{
	for (size_t i = 0; i < rs_hists[s->side].count; i++) {
		head_print(out, rs_hists[s->side].rows[i].name, "histogram",
			   rs_hists[s->side].rows[i].meaning);
		for (size_t q = 0; q < s->end.queues_n; q++)
			if (s->end.queues[q].hists[i].known)
				hist_print(out, s, &s->end.queues[q], i);
	}
}

static void gauges_print(FILE *out, const struct rs_snapshot *s)
{
	for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++) {
		const struct rs_field *field =
			rs_field_find(&rs_records[RS_RECORD_QUEUE], gauges[g].key);

		if (!(gauges[g].sides & (1U << s->side)))
			continue;
		head_print(out, gauges[g].key, "gauge", gauges[g].meaning);
		for (size_t i = 0; i < s->end.queues_n; i++) {
			const struct rs_queue *q = &s->end.queues[i];

			if (!rs_field_known(field, q))
				continue;
			fprintf(out, "ringside_%s", gauges[g].key);
			labels_print(out, s->side, q);
			fprintf(out, " %" PRIu64 "\n",
				((const struct rs_num *)((const char *)q + field->offset))->value);
		}
	}
}

static void hooks_print(FILE *out, const struct rs_snapshot *s)
{
	head_print(out, "hook_missed", "counter",
		   "hits of a hook which the kernel could not deliver");
	for (size_t i = 0; i < s->end.hooks_n; i++) {
		const struct rs_hook *hook = &s->end.hooks[i];

		if (!hook->missed.known)
			continue;
		fputs("ringside_hook_missed_total", out);
		label_print(out, "{", "hook", hook->name);
		fprintf(out, "} %" PRIu64 "\n", hook->missed.value);
	}
}

char *rs_metrics_text(const struct rs_snapshot *s)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	head_print(out, "up", "gauge", "1 while ringside counts on this side");
	fputs("ringside_up", out);
	label_print(out, "{", "side", s->side == RS_SIDE_GUEST ? "guest" : "host");
	label_print(out, ",", "kernel", s->taken.kernel);
	fputs("} 1\n", out);
	hooks_print(out, s);
	counters_print(out, s);
	hists_print(out, s);
	gauges_print(out, s);
	fputs("# EOF\n", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
