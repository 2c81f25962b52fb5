// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "hist_json.h"
#include "json.h"
#include "ledger_json.h"
#include "slow.h"
#include "unrun.h"

static void figure_add(void *ctx, enum rs_figure figure, struct rs_num value)
{
	struct rs_figure_info info = rs_figure_info(figure);

	if (value.known && info.negative)
		json_object_object_add(ctx, info.name, json_object_new_int64((int64_t)value.value));
	else
		rs_json_add_num(ctx, info.name, value);
}

/* All in one object: a test checks that no two figures have the same name. */
static struct json_object *figures_to_json(const struct rs_row *row)
{
	struct json_object *obj = json_object_new_object();

	for (int i = 0; i < RS_FIGURES; i++)
		figure_add(obj, i, row->figures[i]);
	return obj;
}

static struct json_object *side_to_json(const struct rs_snapshot *s)
{
	struct json_object *obj = json_object_new_object();
	struct rs_num since = s->has_begin ? s->begin.time_ns : s->end.started_ns;

	rs_json_add_text(obj, "hostname", s->taken.hostname);
	rs_json_add_text(obj, "kernel", s->taken.kernel);
	rs_json_add_text(obj, "arch", s->taken.arch);
	rs_json_add_text(obj, "uuid", s->taken.uuid);
	rs_json_add_num(obj, "wall_ns", s->end.wall_ns);
	if (since.known && s->end.time_ns.value >= since.value)
		rs_json_add_num(obj, "window_ns", rs_num_of(s->end.time_ns.value - since.value));
	return obj;
}

static struct json_object *facts_to_json(unsigned int facts)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < RS_FACTS; i++)
		if (facts & (1U << i))
			json_object_array_add(list, json_object_new_string(rs_fact_names[i]));
	return list;
}

static void hists_add(struct json_object *obj, const char *key, enum rs_side side,
		      const struct rs_row *row)
{
	if (side == RS_SIDE_GUEST ? row->guest : row->host)
		json_object_object_add(obj, key, rs_hists_to_json(side, row->hists[side]));
}

/* Only what is known; the permille add up to 1000. */
static void shares_add(struct json_object *obj, const struct rs_row *row)
{
	struct rs_share shares[RS_PARTS];
	struct json_object *list;

	if (!row->host || strcmp(row->host->dir, "rx") || !rs_slow_shares(row, shares))
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < RS_PARTS; i++) {
		struct json_object *part;

		if (!shares[i].known)
			continue;
		part = json_object_new_object();
		rs_json_add_text(part, "part", rs_part_names[i]);
		rs_json_add_num(part, "permille", rs_num_of(shares[i].permille));
		rs_json_add_num(part, "from_ns", rs_num_of(shares[i].from_ns));
		rs_json_add_num(part, "to_ns", rs_num_of(shares[i].to_ns));
		json_object_array_add(list, part);
	}
	json_object_object_add(obj, "shares", list);
}

static struct json_object *parties_to_json(unsigned int parties)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < RS_PARTIES; i++)
		if (parties & (1U << i))
			json_object_array_add(list, json_object_new_string(rs_party_names[i]));
	return list;
}

static struct json_object *row_to_json(const struct rs_row *row, const struct rs_turn *turn)
{
	struct json_object *obj = json_object_new_object();

	rs_json_add_text(obj, "label", row->label);
	rs_json_add_text(obj, "motion", rs_motion_names[turn->motion]);
	if (turn->motion == RS_MOTION_UNKNOWN && turn->named)
		json_object_object_add(obj, "if_it_waits", parties_to_json(turn->named));
	if (row->guest) {
		rs_json_add_text(obj, "device", row->guest->device);
		rs_json_add_text(obj, "netdev", row->guest->netdev);
		rs_json_add_num(obj, "index", row->guest->index);
		rs_json_add_num(obj, "irq", row->guest->irq);
		rs_json_add_text(obj, "dir", row->guest->dir);
		rs_json_add_text(obj, "unfollowed", row->guest->unfollowed);
		rs_json_add_text(obj, "guest_flaw", row->guest_flaw);
		rs_json_add_text(obj, "ring_flaw", row->ring_flaw);
	}
	if (row->host) {
		rs_json_add_text(obj, "tap", row->host->tap);
		rs_json_add_num(obj, "tap_netns", row->host->tap_netns);
		rs_json_add_num(obj, "tap_queue", row->host->queue);
		rs_json_add_num(obj, "pid", row->host->pid);
		rs_json_add_text(obj, "backend", row->host->backend);
		rs_json_add_text(obj, "host_flaw", row->host_flaw);
	}
	if (row->guest && row->host) {
		json_object_object_add(obj, "matched_by", facts_to_json(row->facts.agree));
		json_object_object_add(obj, "differs_in", facts_to_json(row->facts.differ));
	}
	json_object_object_add(obj, "figures", figures_to_json(row));
	hists_add(obj, "guest_hists", RS_SIDE_GUEST, row);
	hists_add(obj, "host_hists", RS_SIDE_HOST, row);
	shares_add(obj, row);
	return obj;
}

static struct json_object *causes_to_json(const struct rs_step *step, unsigned int causes)
{
	struct json_object *list = json_object_new_array();

	for (size_t c = 0; c < step->causes_n; c++) {
		struct json_object *obj;

		if (!(causes & (1U << c)))
			continue;
		obj = json_object_new_object();
		rs_json_add_text(obj, "id", step->causes[c].id);
		rs_json_add_text(obj, "party", rs_party_names[step->causes[c].party]);
		rs_json_add_text(obj, "sentence", step->causes[c].sentence);
		json_object_array_add(list, obj);
	}
	return list;
}

/* The chain of steps, in the order of a packet's way. */
static struct json_object *turn_to_json(const struct rs_turn *t)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < RS_STEPS; i++) {
		const struct rs_link *link = &t->links[i];
		struct json_object *obj = json_object_new_object();

		rs_json_add_text(obj, "step", rs_step_at(i)->id);
		rs_json_add_text(obj, "state", rs_link_names[link->state]);
		if (link->state == RS_LINK_DONE && link->why.name) {
			rs_json_add_text(obj, "by", link->why.name);
			if (link->why.text)
				rs_json_add_text(obj, "value", link->why.text);
			else
				rs_json_add_num(obj, "value", rs_num_of(link->why.value));
		}
		if (link->causes)
			json_object_object_add(obj, "causes",
					       causes_to_json(rs_step_at(i), link->causes));
		json_object_array_add(list, obj);
	}
	return list;
}

static void fact_add(void *ctx, const char *key)
{
	json_object_array_add(ctx, json_object_new_string(key));
}

static void shown_add(void *ctx, const struct rs_shown *shown)
{
	struct json_object *obj = json_object_new_object();

	rs_json_add_text(obj, "fact", shown->key);
	rs_json_add_text(obj, "guest", shown->guest ? shown->guest : "");
	rs_json_add_text(obj, "host", shown->host ? shown->host : "");
	json_object_array_add(ctx, obj);
}

static void facts_add(struct json_object *obj, const struct rs_finding *f)
{
	struct json_object *list = json_object_new_array();

	rs_evidence_facts(f, shown_add, list);
	json_object_object_add(obj, "facts", list);
}

static void settle_add(struct json_object *obj, const struct rs_finding *f)
{
	struct json_object *list = json_object_new_array();

	rs_evidence_missing(f, fact_add, list);
	if (json_object_array_length(list))
		json_object_object_add(obj, "to_settle", list);
	else
		json_object_put(list);
}

static void root_add(struct json_object *obj, const struct rs_verdict *v,
		     const struct rs_finding *f)
{
	struct json_object *root;

	json_object_object_add(obj, "root", json_object_new_boolean(f->root == RS_ROOT));
	if (f->root == RS_ROOT)
		return;
	root = json_object_new_object();
	rs_json_add_text(root, "id", v->findings[f->root].id);
	rs_json_add_text(root, "queue", v->findings[f->root].row->label);
	json_object_object_add(obj, rs_finding_precedes(f) ? "precedes" : "follows_from", root);
}

struct json_object *rs_ledger_finding(const struct rs_verdict *v, const struct rs_finding *f)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *evidence = json_object_new_object();
	char party[200];

	rs_json_add_text(obj, "id", f->id);
	rs_json_add_text(obj, "severity", rs_severity_names[f->severity]);
	rs_json_add_text(obj, "queue", f->row->label);
	rs_json_add_text(obj, "party", rs_finding_party(f, party, sizeof(party)));
	json_object_object_add(obj, "parties", parties_to_json(f->named));
	json_object_object_add(obj, "decided", json_object_new_boolean(rs_finding_decided(f)));
	root_add(obj, v, f);
	rs_json_add_text(obj, "confidence", rs_confidence_names[f->confidence]);
	rs_json_add_text(obj, "sentence", f->sentence);
	rs_json_add_text(obj, "advice", f->advice);
	rs_json_add_text(obj, "suppressed", f->suppressed ? f->suppressed : "");
	if (f->measured.name) {
		rs_json_add_text(obj, "measured", f->measured.name);
		rs_json_add_num(obj, "value", rs_num_of(f->measured.value));
		rs_json_add_num(obj, "threshold", rs_num_of(f->threshold));
		rs_json_add_num(obj, "margin", rs_num_of(f->measured.value - f->threshold));
		rs_json_add_text(obj, "unit", f->unit);
	}
	rs_evidence_figures(f, figure_add, evidence);
	json_object_object_add(obj, "evidence", evidence);
	if (f->turn && f->root == RS_ROOT) {
		json_object_object_add(obj, "chain", turn_to_json(f->turn));
		facts_add(obj, f);
		settle_add(obj, f);
	}
	return obj;
}

static void unrun_write(void *ctx, const struct rs_unrun *u)
{
	struct json_object *obj = json_object_new_object();

	rs_json_add_text(obj, "id", u->rule->id);
	rs_json_add_text(obj, "missing", u->missing);
	rs_json_add_num(obj, "queues", rs_num_of(u->rows));
	rs_json_add_num(obj, "of", rs_num_of(u->of));
	rs_json_row(ctx, obj);
}

static void lists_write(struct rs_json_writer *w, const struct rs_ledger *l,
			const struct rs_verdict *v)
{
	rs_json_begin(w, "queues", '[');
	for (size_t i = 0; i < l->rows_n; i++)
		rs_json_row(w, row_to_json(&l->rows[i], &v->turns[i]));
	rs_json_end(w, ']');
	rs_json_begin(w, "verdicts", '[');
	for (size_t i = 0; i < v->n; i++)
		rs_json_put(w, NULL, rs_ledger_finding(v, &v->findings[i]));
	rs_json_end(w, ']');
	rs_json_begin(w, "not_checked", '[');
	rs_unrun_each(l, unrun_write, w);
	rs_json_end(w, ']');
}

static void ledger_write(struct rs_json_writer *w, const struct rs_ledger *l,
			 const struct rs_verdict *v)
{
	rs_json_begin(w, NULL, '{');
	rs_json_put(w, "schema", json_object_new_string(RS_LEDGER_SCHEMA));
	if (l->guest)
		rs_json_put(w, "guest", side_to_json(l->guest));
	if (l->host)
		rs_json_put(w, "host", side_to_json(l->host));
	lists_write(w, l, v);
	rs_json_end(w, '}');
}

void rs_ledger_print(FILE *out, const struct rs_ledger *l, const struct rs_verdict *v)
{
	struct rs_json_writer w = {.out = out};

	ledger_write(&w, l, v);
	fputc('\n', out);
}

char *rs_ledger_text(const struct rs_ledger *l, const struct rs_verdict *v)
{
	struct rs_json_writer w;

	if (rs_json_open(&w))
		return NULL;
	ledger_write(&w, l, v);
	return rs_json_close(&w);
}
