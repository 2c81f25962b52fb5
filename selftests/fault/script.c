// SPDX-License-Identifier: GPL-2.0-only
#include "script.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 64

struct parser {
	const char *at;
	int line, pairs;
	char token[TOKEN_MAX]; /* "" at the end, ";" for a line's end */
	struct script_error *err;
};

static struct step *parse_steps(struct parser *p);

static void *fail(struct parser *p, const char *fmt, ...)
{
	va_list args;

	if (p->err->text[0])
		return NULL;
	p->err->line = p->line;
	va_start(args, fmt);
	vsnprintf(p->err->text, sizeof(p->err->text), fmt, args);
	va_end(args);
	return NULL;
}

static void skip_blank(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')
		p->at++;
	if (*p->at == '#')
		p->at += strcspn(p->at, "\n");
}

/* The next token without taking it. */
static const char *peek(struct parser *p)
{
	size_t n;

	skip_blank(p);
	n = strchr(";\n{}", *p->at) && *p->at ? 1 : strcspn(p->at, " \t\r\n;{}#");
	if (n >= TOKEN_MAX)
		n = TOKEN_MAX - 1;
	memcpy(p->token, p->at, n);
	p->token[n] = '\0';
	if (p->token[0] == '\n')
		p->token[0] = ';';
	return p->token;
}

static void take(struct parser *p)
{
	if (*p->at == '\n')
		p->line++;
	p->at += p->token[0] == ';' ? 1 : strlen(p->token);
}

static bool next_is(struct parser *p, const char *token)
{
	if (strcmp(peek(p), token))
		return false;
	take(p);
	return true;
}

static bool at_end_of_statement(struct parser *p)
{
	peek(p);
	return !p->token[0] || strchr(";{}", p->token[0]);
}

static bool parse_number(struct parser *p, uint64_t *n)
{
	char *end;

	peek(p);
	*n = strtoull(p->token, &end, strncmp(p->token, "0x", 2) ? 10 : 16);
	if (!isdigit((unsigned char)p->token[0]) || *end) {
		fail(p, "expected a number, found \"%s\"", p->token);
		return false;
	}
	take(p);
	return true;
}

static bool parse_queue(struct parser *p, int *queue)
{
	char name[FAULT_NAME_MAX];

	peek(p);
	for (*queue = 0; *queue < 2 * p->pairs; ++*queue) {
		fault_queue_name(*queue, name);
		if (strcmp(name, p->token))
			continue;
		take(p);
		return true;
	}
	fail(p, "expected a queue (input.0 to input.%d, output.0 to output.%d), found \"%s\"",
	     p->pairs - 1, p->pairs - 1, p->token);
	return false;
}

/* @words are separated by blanks. */
static bool parse_word(struct parser *p, const char *words, int *index)
{
	size_t n = strlen(peek(p));
	const char *w = words;

	for (*index = 0; *w; ++*index) {
		size_t len = strcspn(w, " ");

		if (len == n && !strncmp(w, p->token, n)) {
			take(p);
			return true;
		}
		w += len + (w[len] == ' ');
	}
	fail(p, "expected one of: %s; found \"%s\"", words, p->token);
	return false;
}

static bool parse_args(struct parser *p, struct step *s)
{
	int n = 0;

	for (const char *a = s->verb->args; *a; a++) {
		bool ok = true;

		if (*a == 'q')
			ok = parse_queue(p, &s->queue);
		else if (*a == 'w')
			ok = parse_word(p, s->verb->words, &s->word);
		else if (*a == 'N' && at_end_of_statement(p))
			s->number[n++] = 1;
		else
			ok = parse_number(p, &s->number[n++]);
		if (!ok)
			return false;
	}
	return true;
}

static bool parse_block(struct parser *p, struct step *s)
{
	s->number[0] = 1;
	if (next_is(p, "together"))
		s->together = true;
	else if (next_is(p, "repeat") && !parse_number(p, &s->number[0]))
		return false;
	if (!next_is(p, "{"))
		return fail(p, "expected \"{\", found \"%s\"", p->token);
	s->body = parse_steps(p);
	if (p->err->text[0])
		return false;
	if (!next_is(p, "}"))
		return fail(p, "a block is not closed: expected \"}\"");
	return true;
}

static bool parse_verb(struct parser *p, struct step *s)
{
	for (s->verb = fault_verbs; s->verb->name; s->verb++)
		if (!strcmp(s->verb->name, p->token))
			break;
	if (!s->verb->name)
		return fail(p, "expected a verb, repeat, together or a block, found \"%s\"",
			    p->token);
	take(p);
	if (!parse_args(p, s))
		return false;
	if (!at_end_of_statement(p) || p->token[0] == '{')
		return fail(p, "expected the end of \"%s\", found \"%s\"", s->verb->name, p->token);
	return true;
}

static struct step *parse_steps(struct parser *p)
{
	struct step *first = NULL, **last = &first;

	for (;;) {
		struct step *s;
		bool ok;

		while (next_is(p, ";"))
			;
		if (!peek(p)[0] || !strcmp(p->token, "}"))
			return first;
		s = calloc(1, sizeof(*s));
		if (!s)
			return fail(p, "out of memory");
		*last = s;
		last = &s->next;
		s->line = p->line;
		s->queue = -1;
		if (!strcmp(p->token, "{") || !strcmp(p->token, "repeat") ||
		    !strcmp(p->token, "together"))
			ok = parse_block(p, s);
		else
			ok = parse_verb(p, s);
		if (!ok)
			return first;
	}
}

struct step *fault_script_parse(const char *text, int pairs, struct script_error *err)
{
	struct parser p = {.at = text, .line = 1, .pairs = pairs, .err = err};
	struct step *s;

	err->text[0] = '\0';
	s = parse_steps(&p);
	if (!err->text[0] && peek(&p)[0])
		fail(&p, "a \"}\" closes no block");
	if (!err->text[0])
		return s;
	fault_script_free(s);
	return NULL;
}

bool fault_script_is_open(const char *text)
{
	int depth = 0;

	for (; *text; text++) {
		if (*text == '#')
			text += strcspn(text, "\n");
		depth += (*text == '{') - (*text == '}');
		if (!*text)
			break;
	}
	return depth > 0;
}

void fault_script_free(struct step *s)
{
	while (s) {
		struct step *next = s->next;

		fault_script_free(s->body);
		free(s);
		s = next;
	}
}
