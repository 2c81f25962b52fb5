/* SPDX-License-Identifier: GPL-2.0-only */
/* The man page, section by section, without troff's escapes. */
#ifndef HELPER_MAN_H
#define HELPER_MAN_H

#include <stdlib.h>
#include <string.h>

#include "file.h"

/* Return: the text of section @name, up to the next one, to be freed; NULL = there is none. */
static inline char *man_section(const char *name)
{
	size_t len;
	char *page = rs_file_read(HELPER_DIR "/ringside.8", &len), *from, *end, *text, *to;
	char head[64];

	snprintf(head, sizeof(head), "\n.SH %s\n", name);
	from = page ? strstr(page, head) : NULL;
	end = from ? strstr(from + 1, "\n.SH ") : NULL;
	text = from ? strdup(from + strlen(head)) : NULL;
	if (end)
		text[end + 1 - from - strlen(head)] = '\0';
	to = text;
	for (const char *at = text; at && *at; at++)
		if (*at != '\\') /* a minus is a backslash and a hyphen */
			*to++ = *at;
	if (to)
		*to = '\0';
	free(page);
	return text;
}

/* Return: how often @part is in @text. */
static inline size_t man_count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

#endif
