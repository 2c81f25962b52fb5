// SPDX-License-Identifier: GPL-2.0-only
/*
 * The target of the fuzzer: the bytes are one snapshot, or a guest's and a host's with a NUL
 * between them. They are read, matched, judged and printed in every form, as the commands do it.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "ledger_json.h"
#include "list.h"
#include "metrics.h"
#include "show.h"
#include "snapshot_json.h"
#include "top.h"

/* What a file of any size may take; FUZZ_LIMIT changes it, to see that it is checked. */
static long base(void)
{
	const char *limit = getenv("FUZZ_LIMIT");

	return limit ? atol(limit) : 512 << 10;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input; the fuzzer keeps the input with which it does not. */
#define MUST(what)                                                  \
	do {                                                        \
		if (!(what)) {                                      \
			fprintf(stderr, "judge: not: " #what "\n"); \
			abort();                                    \
		}                                                   \
	} while (0)

/* Nothing that steers a terminal. */
static void text_check(const char *text)
{
	MUST(text);
	for (; *text; text++)
		MUST(((unsigned char)*text >= ' ' && *text != 0x7f) || *text == '\n');
}

static void json_check(char *text)
{
	struct json_object *root;

	text_check(text);
	root = json_tokener_parse(text);
	MUST(root);
	json_object_put(root);
	free(text);
}

/* What was read is what is written, and what is written can be read. */
static void round_trip(const struct rs_snapshot *s)
{
	struct rs_error err = {0};
	struct rs_snapshot again;
	char *text = rs_snapshot_text(s), *second;

	MUST(text);
	MUST(!rs_snapshot_parse(&again, text, strlen(text), "again", &err));
	second = rs_snapshot_text(&again);
	MUST(second && !strcmp(text, second));
	rs_snapshot_clear(&again);
	free(second);
	json_check(text);
}

/* A page in memory, as wide as a narrow terminal. */
static struct rs_page page_open(char **text, size_t *size)
{
	struct rs_page page = {.out = open_memstream(text, size), .width = 80};

	MUST(page.out);
	return page;
}

static void page_close(const struct rs_page *page, char *const *text)
{
	fclose(page->out);
	text_check(*text);
	free(*text);
}

static void tables_print(const struct rs_ledger *l, const struct rs_verdict *v)
{
	size_t size;
	char *text;
	struct rs_show show = {.verbose = true, .page = page_open(&text, &size)};

	rs_show_ledger(&show, l, v);
	show.verbose = false;
	show.page.width = 0;
	rs_show_ledger(&show, l, v);
	show.quiet = true;
	rs_show_ledger(&show, l, v);
	page_close(&show.page, &text);
}

static void lists_print(const struct rs_snapshot *s)
{
	size_t size;
	char *text;
	struct rs_page page = page_open(&text, &size);

	rs_list_print(&page, s->side, &s->end);
	rs_list_hooks(&page, s->side, &s->end);
	page_close(&page, &text);
}

static void top_order(const struct rs_ledger *l)
{
	const struct rs_row **order = calloc(l->rows_n + 1, sizeof(*order));
	const struct rs_top_view view = {.sort = 1, .filter = "0"};
	char text[64];
	size_t n;

	MUST(order);
	n = rs_top_order(l, &view, order);
	MUST(n <= l->rows_n);
	for (size_t i = 0; i < n; i++)
		text_check(rs_top_value(l, order[i], i % 8, text, sizeof(text)));
	free(order);
}

static void findings_check(const struct rs_ledger *l, const struct rs_verdict *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct rs_finding *f = &v->findings[i];

		MUST(f->root == RS_ROOT || f->root < i);
		MUST(f->named && !(f->named & ~f->parties));
		MUST(f->confidence == RS_CONFIDENCE_HINT || (l->guest && l->host));
	}
}

static void ledger_judge(const struct rs_ledger *l, bool one_side)
{
	struct rs_error err = {0};
	struct rs_verdict v;
	char *text;

	MUST(!rs_verdict_reach(&v, l, &err));
	findings_check(l, &v);
	json_check(rs_ledger_text(l, &v));
	tables_print(l, &v);
	if (one_side) {
		text = rs_metrics_text(l, &v);
		text_check(text);
		free(text);
		top_order(l);
	}
	rs_verdict_clear(&v);
}

static void side_judge(const struct rs_snapshot *s)
{
	bool is_guest = s->side == RS_SIDE_GUEST;
	struct rs_error err = {0};
	struct rs_ledger l;

	round_trip(s);
	lists_print(s);
	if (rs_ledger_make(&l, is_guest ? s : NULL, is_guest ? NULL : s, NULL, &err)) {
		MUST(err.status && *err.text);
		return;
	}
	ledger_judge(&l, true);
	rs_ledger_clear(&l);
}

static void pair_judge(const struct rs_snapshot *guest, const struct rs_snapshot *host)
{
	struct rs_error err = {0};
	struct rs_match m;
	struct rs_ledger l;

	if (rs_match_make(guest, host, &m, &err)) {
		MUST(err.status && *err.text);
		text_check(err.text);
		return;
	}
	if (!rs_ledger_make(&l, guest, host, &m, &err)) {
		ledger_judge(&l, false);
		rs_ledger_clear(&l);
	}
	rs_match_clear(&m);
}

/* Return: whether it is a snapshot; if not, an error says why. */
static bool snapshot_read(struct rs_snapshot *s, const char *text, size_t len)
{
	struct rs_error err = {0};
	long before = heap_level();
	bool is_one = !rs_snapshot_parse(s, text, len, "there", &err);

	MUST(heap_peak() <= before + base() + RS_SNAPSHOT_MEMORY * (long)len);
	if (is_one)
		return true;
	MUST(err.status == RS_EXIT_DATA && *err.text);
	text_check(err.text);
	return false;
}

static void both_judge(const char *text, size_t first, size_t size)
{
	struct rs_snapshot s, other;

	if (!snapshot_read(&s, text, first))
		return;
	if (first == size) {
		side_judge(&s);
	} else if (snapshot_read(&other, text + first + 1, size - first - 1)) {
		pair_judge(&s, &other);
		rs_snapshot_clear(&other);
	}
	rs_snapshot_clear(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	long before = heap_level();

	MUST(text);
	memcpy(text, data, size);
	text[size] = '\0';
	heap_forget();
	both_judge(text, strnlen(text, size), size);
	MUST(heap_peak() <= before + base() + RS_LEDGER_MEMORY * (long)size);
	free(text);
	MUST(heap_level() <= before);
	return 0;
}
