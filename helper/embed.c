// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embed.h"
#include "file.h"
#include "snapshot_json.h"

static const char *const starts[RS_SIDES] = {
	[RS_SIDE_GUEST] = "\n<script type=\"application/json\" id=\"ringside-guest\">\n",
	[RS_SIDE_HOST] = "\n<script type=\"application/json\" id=\"ringside-host\">\n",
};
static const char end[] = "</script>\n";
static const char *const names[RS_SIDES] = {"guest", "host"};

/* In JSON "<" stands in strings alone. Without it no text ends the block, or starts another. */
int rs_embed_print(FILE *out, const struct rs_snapshot *s)
{
	char *text = rs_snapshot_text(s);

	if (!text)
		return -1;
	fputs(starts[s->side], out);
	for (const char *c = text; *c; c++) {
		if (*c == '<')
			fputs("\\u003c", out);
		else
			fputc(*c, out);
	}
	fputs(end, out);
	free(text);
	return 0;
}

/* @page is the text of a page; the block is cut off from what follows. */
static int block_parse(char *page, enum rs_side side, struct rs_snapshot *s, const char *path,
		       struct rs_error *err)
{
	char *from = strstr(page, starts[side]), *to;
	char where[300];

	if (from)
		from += strlen(starts[side]);
	to = from ? strstr(from, end) : NULL;
	if (!to)
		return rs_error_set(err, RS_EXIT_DATA,
				    "%s has no snapshot of the %s: give a page that ringside "
				    "report wrote, or two snapshots, GUEST and HOST",
				    path, names[side]);
	snprintf(where, sizeof(where), "%s (%s)", path, names[side]);
	*to = '\0';
	if (rs_snapshot_parse(s, from, to - from, where, err))
		return -1;
	*to = *end;
	if (s->side == side)
		return 0;
	rs_snapshot_clear(s);
	return rs_error_set(err, RS_EXIT_DATA, "%s: expected a snapshot of the %s", where,
			    names[side]);
}

bool rs_embed_is_page(const char *path)
{
	static const char doctype[] = "<!DOCTYPE html>";
	struct stat st;
	char line[sizeof(doctype)];

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	rs_file_line(path, line, sizeof(line));
	return !strcmp(line, doctype);
}

int rs_embed_load(const char *path, struct rs_snapshot *guest, struct rs_snapshot *host,
		  struct rs_error *err)
{
	size_t len;
	char *page = rs_file_read(path, &len);
	int ret;

	if (!page)
		return rs_error_set(err, RS_EXIT_NOINPUT, "cannot read %s: %s", path,
				    strerror(errno));
	ret = block_parse(page, RS_SIDE_GUEST, guest, path, err);
	if (!ret) {
		ret = block_parse(page, RS_SIDE_HOST, host, path, err);
		if (ret)
			rs_snapshot_clear(guest);
	}
	free(page);
	return ret;
}
