// SPDX-License-Identifier: GPL-2.0-only
/* Files are written whole or not at all. */
#include <kselftest_harness.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "file.h"

FIXTURE(file)
{
	char dir[64], path[128];
	struct rs_error err;
};

FIXTURE_SETUP(file)
{
	memset(self, 0, sizeof(*self));
	strcpy(self->dir, "/tmp/ringside-file.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/out.json", self->dir);
}

FIXTURE_TEARDOWN(file)
{
	unlink(self->path);
	EXPECT_EQ(0, rmdir(self->dir)); /* fails on a temporary file left behind */
}

static bool file_is(const char *path, const char *text)
{
	size_t len;
	char *got = rs_file_read(path, &len);
	bool same = got && len == strlen(text) && !strcmp(got, text);

	free(got);
	return same;
}

TEST_F(file, new_and_replaced)
{
	struct stat st;

	ASSERT_EQ(0, rs_file_write(self->path, "one\n", &self->err));
	EXPECT_TRUE(file_is(self->path, "one\n"));
	ASSERT_EQ(0, rs_file_write(self->path, "two\n", &self->err));
	EXPECT_TRUE(file_is(self->path, "two\n"));
	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(0, st.st_mode & 0111);
	EXPECT_EQ(0400, st.st_mode & 0400);
}

TEST_F(file, longer_than_any_buffer)
{
	size_t size = 3 << 20;
	char *text = malloc(size + 1);

	memset(text, 'x', size);
	text[size] = '\0';
	ASSERT_EQ(0, rs_file_write(self->path, text, &self->err));
	EXPECT_TRUE(file_is(self->path, text));
	free(text);
}

TEST_F(file, what_cannot_be_created_is_said_before_the_work)
{
	struct rs_error err = {0};

	EXPECT_EQ(-1, rs_file_probe("/nonexistent/out.json", &err));
	EXPECT_EQ(RS_EXIT_NOOUTPUT, err.status);
	EXPECT_NE(NULL, strstr(err.text, "/nonexistent/out.json"));
	memset(&err, 0, sizeof(err));
	EXPECT_EQ(-1, rs_file_probe(self->dir, &err));
	EXPECT_EQ(RS_EXIT_NOOUTPUT, err.status);
	EXPECT_EQ(0, rs_file_probe(self->path, &self->err));
	EXPECT_EQ(0, rs_file_probe(NULL, &self->err));
	EXPECT_EQ(0, rs_file_probe("-", &self->err));
	EXPECT_NE(0, access(self->path, F_OK));
}

TEST_F(file, a_full_device_is_an_error)
{
	EXPECT_EQ(-1, rs_file_write("/dev/full", "x", &self->err));
	EXPECT_EQ(RS_EXIT_IO, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "No space left")) TH_LOG("%s", self->err.text);
	EXPECT_EQ(0, access("/dev/full", F_OK));
}

/* A disk that fills up, as a limit on this process's files. */
TEST_F(file, a_full_disk_leaves_what_was_there)
{
	pid_t pid;
	int status;

	ASSERT_EQ(0, rs_file_write(self->path, "before\n", &self->err));
	pid = fork();
	if (!pid) {
		struct rlimit limit = {100, 100};
		static char text[4096];

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		memset(text, 'x', sizeof(text) - 1);
		_exit(rs_file_write(self->path, text, &self->err) ? self->err.status : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(RS_EXIT_IO, WEXITSTATUS(status));
	EXPECT_TRUE(file_is(self->path, "before\n"));
}

TEST_F(file, a_line_without_its_line_feed)
{
	char line[8];

	ASSERT_EQ(0, rs_file_write(self->path, "abc\ndef\n", &self->err));
	rs_file_line(self->path, line, sizeof(line));
	EXPECT_STREQ("abc", line);
	rs_file_line("/nonexistent", line, sizeof(line));
	EXPECT_STREQ("", line);
}

TEST_HARNESS_MAIN
