// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "plain.h"
#include "redact.h"

#define CUT "[cut]"

/* Parts of the names of keys. "string" and "value" are those of -fw_cfg and -smbios. */
static const char *const words[] = {"pass", "pwd",  "psk",    "secret", "key",	  "token", "cred",
				    "auth", "data", "cookie", "user",	"string", "value", "sig"};

/* Whether a name of @len characters has such a part. */
static bool is_secret(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (size_t at = 0; at + strlen(words[i]) <= len; at++)
			if (!strncasecmp(name + at, words[i], strlen(words[i])))
				return true;
	return false;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

static size_t name_before(const char *arg, const char *end)
{
	size_t len = 0;

	while (end - len > arg && is_name(end[-(ptrdiff_t)len - 1]))
		len++;
	return len;
}

/* The end of a value: a comma, but not one of two. */
static const char *value_end(const char *at)
{
	for (; *at; at++) {
		if (*at != ',')
			continue;
		if (at[1] != ',')
			return at;
		at++;
	}
	return at;
}

/* The end of a JSON value: a string up to its quote, within a string of its own up to the escaped
 * one; of anything else nothing is left of the argument. */
static const char *json_end(const char *at)
{
	const char *end;

	at += strspn(at, " \t\n");
	if (at[0] == '\\' && at[1] == '"') {
		end = strstr(at + 2, "\\\"");
		return end ? end + 2 : at + strlen(at);
	}
	if (*at != '"')
		return at + (strchr("0123456789tfn-", *at) ? strcspn(at, ",}] ") : strlen(at));
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* The quote that ends a JSON key before the colon at @at; NULL = there is none. */
static const char *key_end(const char *arg, const char *at)
{
	while (at > arg && strchr(" \t\n", at[-1]))
		at--;
	if (at == arg || at[-1] != '"')
		return NULL;
	at--;
	return at > arg && at[-1] == '\\' ? at - 1 : at;
}

/* "//user:password@host": the last @ of the address, NULL = there is none. */
static const char *user_end(const char *at)
{
	const char *end = NULL;

	for (size_t len = strcspn(at, ",\" "), i = 0; i < len; i++)
		if (at[i] == '@')
			end = at + i;
	return end;
}

/* Where the text that is to be cut behind @at ends; NULL = nothing is. */
static const char *cut_end(const char *arg, const char *at)
{
	const char *name_end;
	size_t len;

	if (*at == '=') {
		len = name_before(arg, at);
		return is_secret(at - len, len) ? value_end(at + 1) : NULL;
	}
	name_end = *at == ':' ? key_end(arg, at) : NULL;
	if (name_end) {
		len = name_before(arg, name_end);
		return is_secret(name_end - len, len) ? json_end(at + 1) : NULL;
	}
	if (*at == '/' && at > arg && at[-1] == '/')
		return user_end(at + 1);
	return NULL;
}

static void arg_print(FILE *out, const char *arg)
{
	char plain[8] = "", one[2] = "";

	for (const char *at = arg; *at; at++) {
		const char *end = cut_end(arg, at);

		one[0] = *at;
		if ((unsigned char)*at < 0x80 && rs_plain_copy(plain, sizeof(plain), one))
			fputs(plain, out);
		else
			fputc('?', out);
		if (end) {
			fputs(CUT, out);
			at = end - 1;
		}
	}
	fputc('\n', out);
}

void rs_redact_print(FILE *out, const char *args, size_t len)
{
	bool secret = false;

	for (size_t at = 0; at < len; at += strnlen(args + at, len - at) + 1) {
		const char *arg = args + at;

		if (secret)
			fputs(CUT "\n", out);
		else
			arg_print(out, arg);
		secret = !secret && *arg == '-' && !strchr(arg, '=') && is_secret(arg, strlen(arg));
	}
}
