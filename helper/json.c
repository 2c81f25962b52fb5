// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static void line_begin(struct rs_json_writer *w)
{
	fprintf(w->out, "\n%*s", (int)(2 * w->depth), "");
}

static void entry_begin(struct rs_json_writer *w, const char *key)
{
	if (w->follows)
		fputc(',', w->out);
	if (w->depth)
		line_begin(w);
	if (key)
		fprintf(w->out, "\"%s\":", key);
	w->follows = true;
}

int rs_json_open(struct rs_json_writer *w)
{
	*w = (struct rs_json_writer){0};
	w->out = open_memstream(&w->text, &w->size);
	return w->out ? 0 : -1;
}

void rs_json_begin(struct rs_json_writer *w, const char *key, char bracket)
{
	entry_begin(w, key);
	fputc(bracket, w->out);
	w->depth++;
	w->follows = false;
}

void rs_json_end(struct rs_json_writer *w, char bracket)
{
	w->depth--;
	line_begin(w);
	fputc(bracket, w->out);
	w->follows = true;
}

/* A text has no line feed inside a string: each one is followed by an indent. */
static void indented_print(struct rs_json_writer *w, const char *text)
{
	for (size_t n; *text; text += n + 1) {
		n = strcspn(text, "\n");
		fwrite(text, 1, n, w->out);
		if (!text[n])
			return;
		line_begin(w);
	}
}

static void value_put(struct rs_json_writer *w, const char *key, struct json_object *val, int flags)
{
	const char *text =
		json_object_to_json_string_ext(val, flags | JSON_C_TO_STRING_NOSLASHESCAPE);

	entry_begin(w, key);
	indented_print(w, text ? text : "null");
	json_object_put(val);
}

void rs_json_put(struct rs_json_writer *w, const char *key, struct json_object *val)
{
	value_put(w, key, val, JSON_C_TO_STRING_PRETTY);
}

void rs_json_row(struct rs_json_writer *w, struct json_object *val)
{
	value_put(w, NULL, val, JSON_C_TO_STRING_PLAIN);
}

void rs_json_members(struct rs_json_writer *w, struct json_object *obj)
{
	json_object_object_foreach(obj, key, val) rs_json_put(w, key, json_object_get(val));
	json_object_put(obj);
}

char *rs_json_close(struct rs_json_writer *w)
{
	bool failed;

	fputc('\n', w->out);
	failed = ferror(w->out);
	if (!fclose(w->out) && !failed)
		return w->text;
	free(w->text);
	return NULL;
}

char *rs_json_text(struct json_object *root)
{
	const char *text = json_object_to_json_string_ext(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *copy;

	return asprintf(&copy, "%s\n", text) < 0 ? NULL : copy;
}

void rs_json_add_text(struct json_object *obj, const char *key, const char *text)
{
	if (text && *text)
		json_object_object_add(obj, key, json_object_new_string(text));
}

void rs_json_add_num(struct json_object *obj, const char *key, struct rs_num num)
{
	if (num.known)
		json_object_object_add(obj, key, json_object_new_uint64(num.value));
}
