// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "file.h"
#include "output.h"

enum { PACK_MS = 120000, SAID = 400 };

/* What tar is told, by the end of the archive's name. The programs are not ringside's. */
static const struct {
	const char *end, *program;
} kinds[] = {
	{".tar.zst", "zstd"},
	{".tar.xz", "xz"},
	{".tar.gz", "gzip"},
	{".tar", NULL},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Return: its index, KINDS = no archive has such a name. */
static size_t kind_of(const char *out)
{
	size_t len = strlen(out), i;

	for (i = 0; i < KINDS; i++) {
		size_t n = strlen(kinds[i].end);

		if (len > n && !strcmp(out + len - n, kinds[i].end))
			break;
	}
	return i;
}

static void name_make(struct rs_bundle *b, const char *out)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", out);
	snprintf(b->name, sizeof(b->name), "%s", basename(copy));
	b->name[strlen(b->name) - strlen(kinds[kind_of(out)].end)] = '\0';
}

int rs_bundle_open(struct rs_bundle *b, const char *out, struct rs_error *err)
{
	char copy[PATH_MAX];

	*b = (struct rs_bundle){.out = out};
	if (rs_file_is_stdout(out) || kind_of(out) == KINDS)
		return rs_error_set(err, RS_EXIT_USAGE,
				    "-o %.100s: expected a file that ends in .tar.zst, .tar.xz, "
				    ".tar.gz or .tar",
				    out);
	if (rs_file_probe(out, err))
		return -1;
	name_make(b, out);
	snprintf(copy, sizeof(copy), "%s", out);
	snprintf(b->dir, sizeof(b->dir), "%s/.ringside-XXXXXX", dirname(copy));
	if (mkdtemp(b->dir) &&
	    (snprintf(copy, sizeof(copy), "%s/%s", b->dir, b->name) >= (int)sizeof(copy) ||
	     !mkdir(copy, 0700)))
		return 0;
	rmdir(b->dir);
	return rs_error_set(err, RS_EXIT_NOOUTPUT, "cannot make a directory beside %s: %s", out,
			    strerror(errno));
}

/* A file that is too large ends with a line that says so. */
static void cut(struct rs_bundle *b, char *text)
{
	static const char end[] = "\nringside: the rest is left out\n";
	size_t room = b->bytes < RS_BUNDLE_ALL ? RS_BUNDLE_ALL - b->bytes : 0;

	if (room > RS_BUNDLE_FILE)
		room = RS_BUNDLE_FILE;
	if (strlen(text) > room && room < sizeof(end))
		*text = '\0';
	else if (strlen(text) > room)
		memcpy(text + room - sizeof(end), end, sizeof(end));
	b->bytes += strlen(text);
}

int rs_bundle_put(struct rs_bundle *b, const char *name, char *text, struct rs_error *err)
{
	char path[PATH_MAX + NAME_MAX + 64];
	int ret;

	if (!text)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	cut(b, text);
	snprintf(path, sizeof(path), "%s/%s/%.60s", b->dir, b->name, name);
	ret = rs_file_write(path, text, err);
	free(text);
	b->files++;
	return ret;
}

static int pack_run(char *const *argv, const char *hint, struct rs_error *err)
{
	int status, ret = 0;
	char *said = rs_output(argv, SAID, PACK_MS, &status);

	if (!said)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	said[strcspn(said, "\n")] = '\0';
	if (status)
		ret = rs_error_set(err, RS_EXIT_IO, "packing failed: %s%s", *said ? said : argv[0],
				   hint);
	free(said);
	return ret;
}

int rs_bundle_pack(struct rs_bundle *b, struct rs_error *err)
{
	const char *program = kinds[kind_of(b->out)].program;
	char tar[PATH_MAX + 8], packed[PATH_MAX + 16];
	char *const pack[] = {"tar", "-C", b->dir, "-cf", tar, b->name, NULL};
	char *const compress[] = {(char *)program, "-q", tar, NULL};

	snprintf(tar, sizeof(tar), "%s/tar", b->dir);
	snprintf(packed, sizeof(packed), "%s%s", tar, program ? strrchr(b->out, '.') : "");
	if (pack_run(pack, "", err))
		return -1;
	if (program && pack_run(compress, "; a name that ends in .tar needs no such program", err))
		return -1;
	if (!chmod(packed, 0600) && !rename(packed, b->out))
		return 0;
	return rs_error_set(err, RS_EXIT_IO, "cannot write %s: %s", b->out, strerror(errno));
}

static void files_remove(const char *path)
{
	char file[2 * PATH_MAX];
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		unlink(file);
	}
	if (dir)
		closedir(dir);
}

void rs_bundle_close(struct rs_bundle *b)
{
	char path[PATH_MAX + NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", b->dir, b->name);
	files_remove(path);
	rmdir(path);
	files_remove(b->dir);
	rmdir(b->dir);
}
