// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "hist.h"
#include "labels.h"
#include "metrics.h"

/* The gauges of a queue that are worth an alarm. */
static const struct {
	const char *key;
	const char *name;
	const char *meaning;
	unsigned int sides;
} gauges[] = {
	{"occupancy", "occupancy_packets", "packets waiting in the tap queue's ring", RS_HOST},
	{"ring_size", "ring_size_packets", "packets the tap queue's ring can hold", RS_HOST},
	{"carrier", "carrier", "whether the tap is up and has a carrier", RS_HOST},
	{"size", "size_entries", "entries of the virtqueue", RS_GUEST},
};

enum { MS_PER_S = 1000, NS_PER_S = 1000000000 };

struct metrics {
	FILE *out;
	const struct rs_snapshot *s;
	const struct rs_ledger *l;
	const struct rs_verdict *v;
	struct rs_labels queues, hooks, findings;
};

/* A family of lines: one name, one type. Its head is printed before the first line. */
struct family {
	char name[96]; /* without "ringside_" */
	const char *type;
	const char *meaning;
	const char *unit; /* NULL = it has none */
	bool begun;
};

static void help_escape(FILE *out, const char *text)
{
	for (; *text; text++)
		fputs(*text == '\\' ? "\\\\" : *text == '\n' ? "\\n" : (char[]){*text, '\0'}, out);
}

static void head_print(FILE *out, struct family *f)
{
	if (f->begun)
		return;
	f->begun = true;
	fprintf(out, "# HELP ringside_%s ", f->name);
	help_escape(out, f->meaning);
	if (f->unit)
		fprintf(out, " (%s)", f->unit);
	fprintf(out, "\n# TYPE ringside_%s %s\n", f->name, f->type);
}

/* @le: upper bound of a bucket, NULL = the line is of no bucket */
static void line_print(FILE *out, struct family *f, const char *labels, const char *le,
		       uint64_t value)
{
	head_print(out, f);
	fprintf(out, "ringside_%s{%s", f->name, labels);
	if (le)
		fprintf(out, "%sle=\"%s\"", *labels ? "," : "", le);
	fprintf(out, "} %" PRIu64 "\n", value);
}

static void number_label_print(FILE *out, const char *name, struct rs_num num)
{
	char text[24] = "";

	if (num.known)
		snprintf(text, sizeof(text), "%" PRIu64, num.value);
	rs_label_print(out, name, text);
}

static void guest_queue_labels(FILE *out, const struct rs_queue *q, bool more)
{
	rs_label_print(out, "netdev", *q->netdev ? q->netdev : q->device);
	rs_label_print(out, "queue", q->name);
	rs_label_print(out, "dir", q->dir);
	if (!more)
		return;
	rs_label_print(out, "device", q->device);
	number_label_print(out, "index", q->index);
}

static void host_queue_labels(FILE *out, const struct rs_queue *q, bool more)
{
	rs_label_print(out, "vm", *q->vm ? q->vm : q->uuid);
	rs_label_print(out, "tap", q->tap);
	number_label_print(out, "queue", q->queue);
	rs_label_print(out, "dir", q->dir);
	if (more || !*q->tap)
		number_label_print(out, "gsi", q->gsi);
	if (more)
		number_label_print(out, "pid", q->pid);
}

static void queue_labels(FILE *out, const void *ctx, size_t i, bool more)
{
	const struct rs_snapshot *s = ctx;

	(s->side == RS_SIDE_GUEST ? guest_queue_labels : host_queue_labels)(out, &s->end.queues[i],
									    more);
}

static void hook_labels(FILE *out, const void *ctx, size_t i, bool more)
{
	const struct rs_snapshot *s = ctx;

	rs_label_print(out, "hook", s->end.hooks[i].name);
	if (more)
		rs_label_print(out, "kind", s->end.hooks[i].kind);
}

/* The labels of the queue that a finding is about; of the whole machine there are none. */
static const char *queue_of(const struct metrics *m, const struct rs_row *row)
{
	const struct rs_queue *q = m->l->host ? row->host : row->guest;

	return q ? m->queues.text[q - m->s->end.queues] : "";
}

static const char *severity_name(enum rs_severity severity)
{
	return severity == RS_SEVERITY_CRITICAL ? "critical" : "warning";
}

static void finding_labels(FILE *out, const void *ctx, size_t i, bool more)
{
	const struct metrics *m = ctx;
	const struct rs_finding *f = &m->v->findings[i];
	const char *queue = queue_of(m, f->row);
	char party[300];

	(void)more;
	rs_label_print(out, "id", f->id);
	rs_label_print(out, "party", rs_finding_party(f, party, sizeof(party)));
	rs_label_print(out, "severity", severity_name(f->severity));
	rs_label_print(out, "confidence", rs_confidence_names[f->confidence]);
	rs_label_print(out, "root", f->root == RS_ROOT ? "yes" : "no");
	if (*queue)
		fprintf(out, ",%s", queue);
}

static void up_print(const struct metrics *m)
{
	struct family f = {"up", "gauge", "1 while ringside counts on this side", NULL, false};

	head_print(m->out, &f);
	fprintf(m->out, "ringside_up{side=\"%s\",kernel=\"",
		m->s->side == RS_SIDE_GUEST ? "guest" : "host");
	rs_label_escape(m->out, m->s->taken.kernel);
	fputs("\"} 1\n", m->out);
}

static void counters_print(const struct metrics *m)
{
	const struct rs_sample *end = &m->s->end;

	for (size_t c = 0; c < rs_counters[m->s->side].count; c++) {
		const struct rs_counter *row = &rs_counters[m->s->side].rows[c];
		struct family f = {.type = "counter", .meaning = row->meaning, .unit = row->unit};

		snprintf(f.name, sizeof(f.name), "%s_total", row->name);
		for (size_t i = 0; i < end->queues_n; i++)
			if (!rs_queue_is_unseen(&end->queues[i]) &&
			    end->queues[i].counters[c].known)
				line_print(m->out, &f, m->queues.text[i], NULL,
					   end->queues[i].counters[c].value);
	}
}

/* Upper bounds are in base units. */
static const char *bound_text(size_t bucket, bool seconds, char *text, size_t size)
{
	if (bucket + 1 == RS_HIST_BUCKETS)
		return "+Inf";
	snprintf(text, size, "%.10g", rs_hist_to(bucket) * (seconds ? 1e-9 : 1));
	return text;
}

/* Every bucket, empty or not: the set of time series must not change. */
static void hist_print(const struct metrics *m, struct family *f, const char *labels,
		       const struct rs_histogram *h, bool seconds)
{
	uint64_t seen = 0;
	char bound[32];

	for (size_t b = 0; b < RS_HIST_BUCKETS; b++) {
		seen += h->bucket[b];
		line_print(m->out, f, labels, bound_text(b, seconds, bound, sizeof(bound)), seen);
	}
}

/*
 * The kernel's side counts no sum. The type histogram requires one, and 0 would be a wrong average.
 * histogram_quantile() reads the buckets by their names, whatever their type.
 */
static void hists_print(const struct metrics *m)
{
	for (size_t h = 0; h < rs_hists[m->s->side].count; h++) {
		const struct rs_counter *row = &rs_hists[m->s->side].rows[h];
		bool seconds = !strcmp(row->unit, "ns");
		struct family f = {.type = "untyped",
				   .meaning = row->meaning,
				   .unit = seconds ? "seconds" : row->unit};

		snprintf(f.name, sizeof(f.name), "%s_%s_bucket", row->name, f.unit);
		for (size_t i = 0; i < m->s->end.queues_n; i++) {
			struct rs_histogram now = rs_queue_hist(&m->s->end.queues[i], h);

			if (now.known && !rs_queue_is_unseen(&m->s->end.queues[i]))
				hist_print(m, &f, m->queues.text[i], &now, seconds);
		}
	}
}

static void gauges_print(const struct metrics *m)
{
	for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++) {
		const struct rs_field *field =
			rs_field_find(&rs_records[RS_RECORD_QUEUE], gauges[g].key);
		struct family f = {.type = "gauge", .meaning = gauges[g].meaning};

		snprintf(f.name, sizeof(f.name), "%s", gauges[g].name);
		for (size_t i = 0; i < m->s->end.queues_n; i++) {
			const char *q = (const char *)&m->s->end.queues[i];

			if (rs_queue_is_unseen(&m->s->end.queues[i]))
				continue;
			if (gauges[g].sides & (1U << m->s->side) && rs_field_known(field, q))
				line_print(m->out, &f, m->queues.text[i], NULL,
					   ((const struct rs_num *)(q + field->offset))->value);
		}
	}
}

static void hooks_print(const struct metrics *m)
{
	struct family f = {"hook_missed_total", "counter",
			   "hits of a hook which the kernel could not deliver", NULL, false};

	for (size_t i = 0; i < m->s->end.hooks_n; i++)
		if (m->s->end.hooks[i].missed.known)
			line_print(m->out, &f, m->hooks.text[i], NULL,
				   m->s->end.hooks[i].missed.value);
}

/* The number is there without a finding, too: an alarm on it does not depend on absent lines. */
static void finding_counts_print(const struct metrics *m)
{
	static const enum rs_severity severities[] = {RS_SEVERITY_CRITICAL, RS_SEVERITY_WARNING};
	struct family f = {"findings", "gauge", "findings of the last window, by severity", NULL,
			   false};
	char labels[64];

	for (size_t i = 0; i < 2; i++) {
		size_t n = 0;

		for (size_t k = 0; k < m->v->n; k++)
			n += !m->v->findings[k].suppressed &&
			     m->v->findings[k].severity == severities[i];
		snprintf(labels, sizeof(labels), "severity=\"%s\"", severity_name(severities[i]));
		line_print(m->out, &f, labels, NULL, n);
	}
}

/* A rule sees its window alone: of what it found nothing says since when. */
static struct rs_num since_of(const struct metrics *m, const struct rs_finding *f)
{
	struct rs_num wall = m->s->end.wall_ns;

	if (!f->turn || !f->turn->since_ms.known || !wall.known)
		return (struct rs_num){0};
	return rs_num_of(wall.value / NS_PER_S - f->turn->since_ms.value / MS_PER_S);
}

static void findings_since_print(const struct metrics *m)
{
	struct family f = {"finding_since_timestamp_seconds", "gauge",
			   "when the queue stopped, at the latest: since 1970", NULL, false};

	for (size_t i = 0; i < m->v->n; i++) {
		const struct rs_finding *finding = &m->v->findings[i];
		struct rs_num since = since_of(m, finding);

		if (since.known && !finding->suppressed)
			line_print(m->out, &f, m->findings.text[i], NULL, since.value);
	}
}

static void findings_print(const struct metrics *m)
{
	struct family f = {"finding", "gauge",
			   "1 for each finding of the last window: its name and party, see "
			   "VERDICTS in ringside(8)",
			   NULL, false};

	finding_counts_print(m);
	for (size_t i = 0; i < m->v->n; i++)
		if (!m->v->findings[i].suppressed)
			line_print(m->out, &f, m->findings.text[i], NULL, 1);
	findings_since_print(m);
}

static char *text_make(struct metrics *m)
{
	char *text = NULL;
	size_t size;

	m->out = open_memstream(&text, &size);
	if (!m->out)
		return NULL;
	up_print(m);
	findings_print(m);
	hooks_print(m);
	counters_print(m);
	hists_print(m);
	gauges_print(m);
	if (!fclose(m->out))
		return text;
	free(text);
	return NULL;
}

char *rs_metrics_text(const struct rs_ledger *l, const struct rs_verdict *v)
{
	struct metrics m = {.s = l->host ? l->host : l->guest, .l = l, .v = v};
	char *text = NULL;

	/* a finding's labels have those of its queue */
	if (!rs_labels_make(&m.queues, m.s->end.queues_n, queue_labels, m.s) &&
	    !rs_labels_make(&m.hooks, m.s->end.hooks_n, hook_labels, m.s) &&
	    !rs_labels_make(&m.findings, v->n, finding_labels, &m))
		text = text_make(&m);
	rs_labels_clear(&m.findings);
	rs_labels_clear(&m.hooks);
	rs_labels_clear(&m.queues);
	return text;
}
