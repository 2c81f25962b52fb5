// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "fields.h"

void rs_evidence_figures(const struct rs_finding *f,
			 void (*figure)(void *ctx, enum rs_figure figure, struct rs_num value),
			 void *ctx)
{
	for (size_t i = 0; f->rule && i < f->rule->needs_n; i++)
		figure(ctx, f->rule->needs[i], f->row->figures[f->rule->needs[i]]);
	for (size_t i = 0; f->rule && i < f->rule->also_n; i++)
		if (f->row->figures[f->rule->also[i]].known)
			figure(ctx, f->rule->also[i], f->row->figures[f->rule->also[i]]);
}

static bool is_remaining(const struct rs_link *link)
{
	return link->state == RS_LINK_POSSIBLE || link->state == RS_LINK_HOLDER;
}

/* Whether the missing facts of this step would settle something. */
static bool is_unsettled(const struct rs_link *link)
{
	return link->state == RS_LINK_POSSIBLE || (link->causes & (link->causes - 1));
}

/* A fact that decides several steps is told once. */
struct told {
	const struct rs_field *fields[32];
	size_t n;
};

static bool is_news(struct told *told, const struct rs_field *field)
{
	for (size_t i = 0; i < told->n; i++)
		if (told->fields[i] == field)
			return false;
	if (told->n == sizeof(told->fields) / sizeof(told->fields[0]))
		return false;
	told->fields[told->n++] = field;
	return true;
}

/*
 * Calls @use for each fact of the steps of which @is holds, once. A fact that is no field of a
 * queue is left out; one that both sides can know has one field.
 */
static void facts_each(const struct rs_finding *f, bool (*is)(const struct rs_link *link),
		       void (*use)(void *ctx, const struct rs_field *field), void *ctx)
{
	const struct rs_record *record = &rs_records[RS_RECORD_QUEUE];
	struct told told = {.n = 0};

	for (size_t i = 0; f->turn && i < RS_STEPS; i++) {
		const char *words = is(&f->turn->links[i]) ? rs_step_at(i)->facts : "";

		for (size_t n; *words; words += n + strspn(words + n, " ")) {
			n = strcspn(words, " ");
			for (size_t k = 0; k < record->fields_n; k++) {
				const struct rs_field *field = &record->fields[k];

				if (!strncmp(field->key, words, n) && !field->key[n] &&
				    is_news(&told, field))
					use(ctx, field);
			}
		}
	}
}

enum { VALUE_MAX = RS_STR_LEN };

/* Return: @text, NULL = this side does not know it. */
static const char *value_of(const struct rs_field *field, const struct rs_queue *q, char *text)
{
	bool is_hex = field->type == RS_TYPE_HEX || !strncmp(field->key, "msi.", 4);
	const void *at;
	uint64_t value;

	if (!q || !rs_field_known(field, q))
		return NULL;
	at = (const char *)q + field->offset;
	if (field->type == RS_TYPE_STR) {
		snprintf(text, VALUE_MAX, "%s", (const char *)at);
		return text;
	}
	value = ((const struct rs_num *)at)->value;
	if (is_hex)
		snprintf(text, VALUE_MAX, "0x%" PRIx64, value);
	else
		snprintf(text, VALUE_MAX, "%" PRIu64, value);
	return text;
}

struct shower {
	const struct rs_finding *f;
	void (*fact)(void *ctx, const struct rs_shown *shown);
	void *ctx;
	bool differing; /* only what both sides know, and differently */
};

static void field_show(void *ctx, const struct rs_field *field)
{
	const struct shower *shower = ctx;
	char guest[VALUE_MAX], host[VALUE_MAX];
	struct rs_shown shown = {
		.key = field->key,
		.guest = value_of(field, shower->f->row->guest, guest),
		.host = value_of(field, shower->f->row->host, host),
	};
	bool differs = shown.guest && shown.host && strcmp(shown.guest, shown.host);

	if (shower->differing ? differs : shown.guest || shown.host)
		shower->fact(shower->ctx, &shown);
}

void rs_evidence_facts(const struct rs_finding *f,
		       void (*fact)(void *ctx, const struct rs_shown *shown), void *ctx)
{
	static const char *const route[] = {"msi.address", "msi.data", "msi.devid"};
	struct shower shower = {f, fact, ctx, false};

	facts_each(f, is_remaining, field_show, &shower);
	if (!f->turn || !is_remaining(&f->turn->links[RS_STEP_ARRIVES]))
		return;
	shower.differing = true;
	for (size_t i = 0; i < sizeof(route) / sizeof(route[0]); i++)
		field_show(&shower, rs_field_find(&rs_records[RS_RECORD_QUEUE], route[i]));
}

void rs_shown_tell(const struct rs_shown *shown, char *text, size_t size)
{
	const char *one = shown->guest ? shown->guest : shown->host;

	if (shown->guest && shown->host && strcmp(shown->guest, shown->host))
		snprintf(text, size, "%s %s in the guest and %s on the host", shown->key,
			 shown->guest, shown->host);
	else
		snprintf(text, size, "%s %s", shown->key, one);
}

struct misser {
	const struct rs_finding *f;
	void (*fact)(void *ctx, const char *key);
	void *ctx;
};

static void field_miss(void *ctx, const struct rs_field *field)
{
	const struct misser *misser = ctx;
	const struct rs_row *row = misser->f->row;

	if ((row->guest && rs_field_known(field, row->guest)) ||
	    (row->host && rs_field_known(field, row->host)))
		return;
	misser->fact(misser->ctx, field->key);
}

void rs_evidence_missing(const struct rs_finding *f, void (*fact)(void *ctx, const char *key),
			 void *ctx)
{
	struct misser misser = {f, fact, ctx};

	facts_each(f, is_unsettled, field_miss, &misser);
}
