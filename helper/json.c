// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

char *rs_json_text(struct json_object *root)
{
	const char *text = json_object_to_json_string_ext(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *copy;

	return asprintf(&copy, "%s\n", text) < 0 ? NULL : copy;
}

static void text_add(struct json_object *obj, const char *key, const char *text)
{
	if (text && *text)
		json_object_object_add(obj, key, json_object_new_string(text));
}

static void num_add(struct json_object *obj, const char *key, struct rs_num num)
{
	if (num.known)
		json_object_object_add(obj, key, json_object_new_uint64(num.value));
}

static void figure_add(void *ctx, enum rs_figure figure, struct rs_num value)
{
	struct rs_figure_info info = rs_figure_info(figure);

	if (value.known && info.negative)
		json_object_object_add(ctx, info.name, json_object_new_int64((int64_t)value.value));
	else
		num_add(ctx, info.name, value);
}

/* All in one object: a test sees to it that no two figures share a name. */
static struct json_object *figures_give(const struct rs_line *line)
{
	struct json_object *obj = json_object_new_object();

	for (int i = 0; i < RS_FIGURES; i++)
		figure_add(obj, i, line->figures[i]);
	return obj;
}

static struct json_object *side_give(const struct rs_snapshot *s)
{
	struct json_object *obj = json_object_new_object();
	struct rs_num since = s->has_begin ? s->begin.time_ns : s->end.started_ns;

	text_add(obj, "hostname", s->taken.hostname);
	text_add(obj, "kernel", s->taken.kernel);
	text_add(obj, "arch", s->taken.arch);
	text_add(obj, "uuid", s->taken.uuid);
	if (since.known && s->end.time_ns.value >= since.value)
		num_add(obj, "window_ns", rs_num_of(s->end.time_ns.value - since.value));
	return obj;
}

static struct json_object *facts_give(unsigned int facts)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < RS_FACTS; i++)
		if (facts & (1U << i))
			json_object_array_add(list, json_object_new_string(rs_fact_names[i]));
	return list;
}

static void hists_add(struct json_object *obj, const char *key, enum rs_side side,
		      const struct rs_line *line)
{
	if (side == RS_SIDE_GUEST ? line->guest : line->host)
		json_object_object_add(obj, key, rs_json_hists(side, line->hists[side]));
}

static struct json_object *line_give(const struct rs_line *line)
{
	struct json_object *obj = json_object_new_object();

	text_add(obj, "label", line->label);
	if (line->guest) {
		text_add(obj, "device", line->guest->device);
		text_add(obj, "netdev", line->guest->netdev);
		num_add(obj, "index", line->guest->index);
		num_add(obj, "irq", line->guest->irq);
		text_add(obj, "dir", line->guest->dir);
		text_add(obj, "guest_flaw", line->guest_flaw);
	}
	if (line->host) {
		text_add(obj, "tap", line->host->tap);
		num_add(obj, "tap_queue", line->host->queue);
		num_add(obj, "pid", line->host->pid);
		text_add(obj, "backend", line->host->backend);
		text_add(obj, "host_flaw", line->host_flaw);
	}
	if (line->guest && line->host)
		json_object_object_add(obj, "matched_by", facts_give(line->facts));
	json_object_object_add(obj, "figures", figures_give(line));
	hists_add(obj, "guest_hists", RS_SIDE_GUEST, line);
	hists_add(obj, "host_hists", RS_SIDE_HOST, line);
	return obj;
}

static struct json_object *finding_give(const struct rs_finding *f)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *evidence = json_object_new_object();

	text_add(obj, "id", f->rule->id);
	text_add(obj, "severity", rs_severity_names[f->rule->severity]);
	text_add(obj, "queue", f->line->label);
	text_add(obj, "sentence", rs_finding_sentence(f));
	text_add(obj, "advice", f->rule->advice);
	rs_finding_evidence(f, figure_add, evidence);
	json_object_object_add(obj, "evidence", evidence);
	return obj;
}

char *rs_json_ledger(const struct rs_ledger *l, const struct rs_verdict *v)
{
	struct json_object *root = json_object_new_object();
	struct json_object *queues = json_object_new_array();
	struct json_object *verdicts = json_object_new_array();
	char *text;

	json_object_object_add(root, "schema", json_object_new_string(RS_LEDGER_SCHEMA));
	if (l->guest)
		json_object_object_add(root, "guest", side_give(l->guest));
	if (l->host)
		json_object_object_add(root, "host", side_give(l->host));
	for (size_t i = 0; i < l->lines_n; i++)
		json_object_array_add(queues, line_give(&l->lines[i]));
	for (size_t i = 0; i < v->n; i++)
		json_object_array_add(verdicts, finding_give(&v->findings[i]));
	json_object_object_add(root, "queues", queues);
	json_object_object_add(root, "verdicts", verdicts);
	text = rs_json_text(root);
	json_object_put(root);
	return text;
}

struct json_object *rs_json_list(void)
{
	return json_object_new_array();
}

void rs_json_check(struct json_object *list, const struct rs_check *row)
{
	struct json_object *obj = json_object_new_object();

	text_add(obj, "what", row->what);
	json_object_object_add(obj, "works", json_object_new_boolean(row->works));
	text_add(obj, "why", row->why);
	text_add(obj, "fix", row->fix);
	json_object_array_add(list, obj);
}

char *rs_json_finish(struct json_object *list)
{
	char *text = rs_json_text(list);

	json_object_put(list);
	return text;
}
