// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of a report: what it says of the public incidents, that a hostile name is text in it,
 * and that both snapshots come back from it as they were.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <unistd.h>

#include "embed.h"
#include "helper_fixture.h"
#include "html.h"
#include "plot.h"
#include "report.h"
#include "snapshot_json.h"

#define CASES	HELPER_DIR "/../selftests/cases/"
#define HOSTILE "</script><script>a</script>\"'&<!--"

FIXTURE(report)
{
	struct joined j;
	struct rs_verdict v;
	char *page;
	char path[64];
};

FIXTURE_SETUP(report)
{
	memset(self, 0, sizeof(*self));
	strcpy(self->path, "/tmp/helper_report.XXXXXX");
	close(mkstemp(self->path));
}

static void forget(FIXTURE_DATA(report) * self)
{
	rs_verdict_clear(&self->v);
	joined_clear(&self->j);
	free(self->page);
	self->page = NULL;
	memset(&self->j, 0, sizeof(self->j));
}

FIXTURE_TEARDOWN(report)
{
	forget(self);
	unlink(self->path);
}

static int page_make(FIXTURE_DATA(report) * self)
{
	if (joined_make(&self->j) || rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err))
		return -1;
	self->page = rs_report_text(&self->j.ledger, &self->v);
	return self->page ? 0 : -1;
}

static int case_load(FIXTURE_DATA(report) * self, const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), CASES "%s/guest.json", name);
	if (rs_snapshot_load(&self->j.guest, path, &self->j.err))
		return -1;
	snprintf(path, sizeof(path), CASES "%s/host.json", name);
	return rs_snapshot_load(&self->j.host, path, &self->j.err);
}

static void page_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static bool is_same(const struct rs_snapshot *a, const struct rs_snapshot *b)
{
	char *x = rs_snapshot_text(a), *y = rs_snapshot_text(b);
	bool same = x && y && !strcmp(x, y);

	free(x);
	free(y);
	return same;
}

/* Whether both snapshots of the page are those that it was made of. */
static bool is_read_back(FIXTURE_DATA(report) * self)
{
	struct rs_snapshot guest, host;
	bool same;

	page_write(self->path, self->page);
	if (rs_embed_load(self->path, &guest, &host, &self->j.err))
		return false;
	same = is_same(&guest, &self->j.guest) && is_same(&host, &self->j.host);
	rs_snapshot_clear(&guest);
	rs_snapshot_clear(&host);
	return same;
}

/* Whether the page has the sentence of each finding, and what to do, before its data. */
static bool findings_are_told(FIXTURE_DATA(report) * self)
{
	char *data = strstr(self->page, "\n<script "), *escaped;
	size_t size;
	bool told = true;

	*data = '\0';
	for (size_t i = 0; i < self->v.n; i++) {
		const struct rs_finding *f = &self->v.findings[i];
		FILE *out = open_memstream(&escaped, &size);

		rs_html_text(out, f->root == RS_ROOT ? f->advice : f->sentence);
		fclose(out);
		told &= strstr(self->page, escaped) && strstr(self->page, f->id);
		free(escaped);
	}
	*data = '\n';
	return told;
}

TEST_F(report, tells_each_finding_of_the_public_cases_and_keeps_their_snapshots)
{
	DIR *dir = opendir(CASES);
	struct dirent *entry;
	size_t n = 0;

	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		n++;
		ASSERT_EQ(0, case_load(self, entry->d_name) || page_make(self))
		TH_LOG("%s: %s", entry->d_name, self->j.err.text);
		EXPECT_TRUE(findings_are_told(self))
		TH_LOG("%s: a finding is not told", entry->d_name);
		EXPECT_TRUE(is_read_back(self))
		TH_LOG("%s: %s", entry->d_name, self->j.err.text);
		forget(self);
	}
	closedir(dir);
	EXPECT_LT(10, n);
}

static void names_spoil(struct rs_snapshot *s)
{
	struct rs_sample *samples[] = {&s->begin, &s->end};

	rs_str_set(s->taken.hostname, HOSTILE);
	rs_str_set(s->taken.kernel, HOSTILE);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < samples[k]->queues_n; i++) {
			struct rs_queue *q = &samples[k]->queues[i];

			if (s->side == RS_SIDE_GUEST)
				rs_str_set(q->netdev, HOSTILE);
			else
				rs_str_set(q->tap, HOSTILE);
		}
}

TEST_F(report, shows_a_hostile_name_as_text)
{
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
	names_spoil(&self->j.guest);
	names_spoil(&self->j.host);
	ASSERT_EQ(0, page_make(self));
	EXPECT_EQ(2, count_of(self->page, "<script"));
	EXPECT_EQ(2, count_of(self->page, "</script"));
	EXPECT_EQ(0, count_of(self->page, "<!--"));
	EXPECT_LT(2, count_of(self->page, "&lt;script&gt;a&lt;/script&gt;&quot;&#39;&amp;"));
	EXPECT_TRUE(is_read_back(self))
	TH_LOG("%s", self->j.err.text);
}

TEST_F(report, takes_no_queue_for_the_line_of_the_machine)
{
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
	for (size_t i = 0; i < self->j.guest.end.queues_n; i++) {
		GUEST_COUNTER(&self->j.guest.end.queues[i], none_empty).value += 5000;
		rs_str_set(self->j.guest.end.queues[i].netdev, "machine: nothing wrong; a queue");
	}
	ASSERT_EQ(0, page_make(self));
	EXPECT_EQ(0, count_of(self->page, "<h1>nothing wrong; a queue")) TH_LOG("%s", self->page);
	EXPECT_EQ(1, count_of(self->page, "<h1>"));
	EXPECT_LE(1, count_of(self->page, "<li>machine: nothing wrong; a queue"));
}

TEST_F(report, has_no_script_and_names_no_other_place)
{
	static const char *const never[] = {"http:",   "https:", "url(",
					    "@import", " src=",	 " onload"};

	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
	ASSERT_EQ(0, page_make(self));
	EXPECT_EQ(2, count_of(self->page, "<script type=\"application/json\""));
	EXPECT_EQ(2, count_of(self->page, "<script"));
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		EXPECT_EQ(0, count_of(self->page, never[i]))
		TH_LOG("the page has \"%s\"", never[i]);
	}
	EXPECT_EQ(1, count_of(self->page, "default-src 'none'"));
}

TEST_F(report, folds_the_queues_that_are_well)
{
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
	ASSERT_EQ(0, page_make(self));
	EXPECT_EQ(0, self->v.n);
	EXPECT_EQ(0, count_of(self->page, "<section>"));
	EXPECT_EQ(QUEUES + 1, count_of(self->page, "<details>")); /* and the text of diff */
	EXPECT_EQ(1, count_of(self->page, "<h1>nothing wrong</h1>"));
	EXPECT_LT(0, count_of(self->page, ">10007<"));
}

TEST_F(report, marks_the_holder_and_what_follows)
{
	ASSERT_EQ(0, case_load(self, "vhost-worker-lost-wakeup") || page_make(self))
	TH_LOG("%s", self->j.err.text);
	EXPECT_EQ(1, count_of(self->page, "<li class=\"holder\">"));
	EXPECT_LT(0, count_of(self->page, "<li class=\"done\">"));
	EXPECT_LT(0, count_of(self->page, "<li class=\"later\">"));
}

TEST_F(report, refuses_a_page_without_snapshots)
{
	static const char *const pages[] = {
		"", "{}", "\n<script type=\"application/json\" id=\"ringside-guest\">\n{}",
		"\n<script type=\"application/json\" id=\"ringside-guest\">\n{}</script>\n"};
	struct rs_snapshot guest, host;

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		struct rs_error err = {0};

		page_write(self->path, pages[i]);
		EXPECT_EQ(-1, rs_embed_load(self->path, &guest, &host, &err));
		EXPECT_EQ(RS_EXIT_DATA, err.status)
		TH_LOG("%zu: %s", i, err.text);
	}
	struct rs_error err = {0};

	EXPECT_EQ(-1, rs_embed_load("/nonexistent/page", &guest, &host, &err));
	EXPECT_EQ(RS_EXIT_NOINPUT, err.status);
}

TEST(a_bar_of_an_unknown_figure_is_named_and_not_drawn)
{
	const struct rs_bar bars[] = {{"first", rs_num_of(7), RS_PLOT_FLOW},
				      {"second", {0}, RS_PLOT_FLOW},
				      {"third", rs_num_of(0), RS_PLOT_LOST},
				      {"fourth", rs_num_of(UINT64_MAX), RS_PLOT_LOST}};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	rs_plot_bars(out, "title", bars, 4);
	fclose(out);
	EXPECT_EQ(2, count_of(text, "<svg"));
	EXPECT_EQ(1, count_of(text, "Unknown: second</p>"));
	EXPECT_EQ(0, count_of(text, "third"));
	EXPECT_EQ(1, count_of(text, ">18446744073709551615 lost<"));
	free(text);
}

TEST_HARNESS_MAIN
