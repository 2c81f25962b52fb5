// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>

#include "html.h"

static const char *const escapes[128] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
};

void rs_html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 128 && escapes[c])
			fputs(escapes[c], out);
		else
			fputc(c, out);
	}
}

static void formatted_print(FILE *out, const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		return;
	rs_html_text(out, text);
	free(text);
}

void rs_html_print(FILE *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	formatted_print(out, fmt, args);
	va_end(args);
}

void rs_html_element(FILE *out, const char *tag, const char *cls, const char *fmt, ...)
{
	va_list args;

	fprintf(out, "<%s", tag);
	if (cls)
		fprintf(out, " class=\"%s\"", cls);
	fputc('>', out);
	va_start(args, fmt);
	formatted_print(out, fmt, args);
	va_end(args);
	fprintf(out, "</%s>\n", tag);
}
