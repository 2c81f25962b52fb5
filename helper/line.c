// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "headline.h"
#include "json.h"
#include "ledger_json.h"
#include "line.h"
#include "num.h"
#include "show.h"

enum { LABEL_WIDTH = 22, WORD_WIDTH = 20 };

#define NS_PER_S 1000000000

/* In the order of a packet towards the guest. */
static const struct {
	enum rs_figure figure;
	const char *name;
} shown[] = {
	{RS_FIG_HOST(tun_offered), "offered"},	  {RS_FIG_HOST(tun_dropped), "dropped"},
	{RS_FIG_DERIVED(occupancy), "waiting"},	  {RS_FIG_HOST(vhost_posted), "posted"},
	{RS_FIG_HOST(vhost_signals), "signals"},  {RS_FIG_HOST(injected), "injected"},
	{RS_FIG_GUEST(interrupts), "interrupts"}, {RS_FIG_GUEST(none), "none"},
	{RS_FIG_GUEST(used_progress), "used"},	  {RS_FIG_DERIVED(standing), "left"},
};

enum { SHOWN = sizeof(shown) / sizeof(shown[0]) };

static uint64_t wall_of(const struct rs_lines *l)
{
	return l->both->sides[RS_SIDE_HOST].end.wall_ns.value;
}

/* The host's clock, UTC. */
static const char *time_text(const struct rs_lines *l, const char *format, char *text, size_t size)
{
	time_t seconds = wall_of(l) / NS_PER_S;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(text, size, format, &tm))
		*text = '\0';
	return text;
}

static void time_print(const struct rs_lines *l)
{
	char text[40];

	fprintf(l->out, "%s  ", time_text(l, "%H:%M:%S", text, sizeof(text)));
}

static const struct rs_ledger *ledger_of(const struct rs_lines *l)
{
	return &l->judged->ledger;
}

static void queue_print(const struct rs_lines *l, const struct rs_row *row)
{
	time_print(l);
	fprintf(l->out, "%-*s %-*s", LABEL_WIDTH, row->label, WORD_WIDTH,
		rs_show_word(ledger_of(l), &l->judged->verdict, row));
	for (size_t i = 0; i < SHOWN; i++)
		if (row->figures[shown[i].figure].known)
			fprintf(l->out, " %s %" PRIu64, shown[i].name,
				row->figures[shown[i].figure].value);
	fputc('\n', l->out);
}

static struct json_object *queue_json(const struct rs_lines *l, const struct rs_row *row)
{
	struct json_object *obj = json_object_new_object();

	rs_json_add_text(obj, "queue", row->label);
	rs_json_add_text(obj, "word", rs_show_word(ledger_of(l), &l->judged->verdict, row));
	for (size_t i = 0; i < SHOWN; i++)
		rs_json_add_num(obj, rs_figure_info(shown[i].figure).name,
				row->figures[shown[i].figure]);
	return obj;
}

/* The guest's part is missing: of its queues only what the host can tell. */
static void away_print(const struct rs_lines *l)
{
	struct rs_headlines h = {.out = l->out, .colour = l->colour, .quiet = true, .alone = true};

	time_print(l);
	fprintf(l->out, "the guest does not answer%s: %s\n",
		l->both->machine.known ? ", the host alone is judged" : "", l->both->guest.text);
	if (l->both->machine.known) /* else nothing is */
		rs_headlines_print(&h, ledger_of(l), &l->judged->verdict);
}

/* Then nothing begins or ends: what the host does is not seen. */
static void unpaired_print(const struct rs_lines *l)
{
	time_print(l);
	fputs("no queue of the guest is seen on this host: the guest alone is shown\n", l->out);
}

static void apart_print(const struct rs_lines *l)
{
	time_print(l);
	fprintf(l->out, "both sides cannot be compared in this window: %s\n", l->both->apart.text);
}

static struct json_object *list_of(const struct rs_lines *l, const char *key)
{
	struct json_object *list;

	if (!json_object_object_get_ex(l->json, key, &list)) {
		list = json_object_new_array();
		json_object_object_add(l->json, key, list);
	}
	return list;
}

static struct rs_num window_ms(const struct rs_snapshot *s)
{
	struct rs_num ns = rs_num_grown(s->begin.time_ns, s->end.time_ns);

	return ns.known ? rs_num_of(ns.value / 1000000) : ns;
}

void rs_lines_begin(struct rs_lines *l, bool json)
{
	char text[40];

	l->json = json ? json_object_new_object() : NULL;
	if (!json)
		return;
	rs_json_add_text(l->json, "schema", RS_LINE_SCHEMA);
	rs_json_add_text(l->json, "time", time_text(l, "%Y-%m-%dT%H:%M:%SZ", text, sizeof(text)));
	rs_json_add_num(l->json, "wall_ns", rs_num_of(wall_of(l)));
	rs_json_add_num(l->json, "window_ms", window_ms(&l->both->sides[RS_SIDE_HOST]));
	json_object_object_add(l->json, "guest_answers", json_object_new_boolean(l->both->answers));
	json_object_object_add(l->json, "warm_up",
			       json_object_new_boolean(l->both->fresh || !l->judged->paired));
	rs_json_add_text(l->json, "guest_error", l->both->answers ? "" : l->both->guest.text);
	rs_json_add_text(l->json, "not_compared", l->both->apart.status ? l->both->apart.text : "");
	list_of(l, "queues");
}

void rs_lines_queues(struct rs_lines *l)
{
	const struct rs_ledger *ledger = ledger_of(l);

	if (!l->json && !l->both->answers)
		away_print(l);
	if (!l->json && l->judged->matched && !l->judged->paired)
		unpaired_print(l);
	if (!l->json && l->both->apart.status)
		apart_print(l);
	for (size_t i = 0; i < ledger->rows_n; i++)
		if (l->json)
			json_object_array_add(list_of(l, "queues"),
					      queue_json(l, &ledger->rows[i]));
		else if (!l->quiet)
			queue_print(l, &ledger->rows[i]);
}

static void begin_print(const struct rs_lines *l, const struct rs_finding *f)
{
	time_print(l);
	fputs("begins: ", l->out);
	rs_headline_print(l->out, l->colour, f);
	time_print(l);
	fprintf(l->out, "  do: %s\n", f->advice);
}

static const char *const endings[] = {
	[RS_TRIP_ENDS] = "is no longer found",
	[RS_TRIP_GONE] = "its queue is gone",
};

static void end_print(const struct rs_lines *l, enum rs_trip_change change,
		      const struct rs_trip *trip, uint64_t now_ns)
{
	time_print(l);
	fprintf(l->out, "ends: %s: %s: %s, after %.1f s\n", trip->queue, trip->id, endings[change],
		(double)(now_ns - trip->since_ns) / NS_PER_S);
}

static struct json_object *end_json(enum rs_trip_change change, const struct rs_trip *trip,
				    uint64_t now_ns)
{
	struct json_object *obj = json_object_new_object();

	rs_json_add_text(obj, "id", trip->id);
	rs_json_add_text(obj, "queue", trip->queue);
	rs_json_add_text(obj, "why", endings[change]);
	rs_json_add_num(obj, "lasted_ms", rs_num_of((now_ns - trip->since_ns) / 1000000));
	return obj;
}

void rs_lines_change(struct rs_lines *l, enum rs_trip_change change, const struct rs_trip *trip,
		     const struct rs_finding *f, uint64_t now_ns)
{
	if (change == RS_TRIP_BEGINS && l->json)
		json_object_array_add(list_of(l, "begins"),
				      rs_ledger_finding(&l->judged->verdict, f));
	else if (change == RS_TRIP_BEGINS)
		begin_print(l, f);
	else if (l->json)
		json_object_array_add(list_of(l, "ends"), end_json(change, trip, now_ns));
	else
		end_print(l, change, trip, now_ns);
}

int rs_lines_end(struct rs_lines *l)
{
	if (l->json) {
		fputs(json_object_to_json_string_ext(l->json, JSON_C_TO_STRING_PLAIN), l->out);
		fputc('\n', l->out);
		json_object_put(l->json);
		l->json = NULL;
	}
	return fflush(l->out) || ferror(l->out) ? -1 : 0;
}
