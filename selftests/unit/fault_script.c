// SPDX-License-Identifier: GPL-2.0-only
/* The language of the fault device: what it accepts, what it says where it does not. */
#include <kselftest_harness.h>

#include "fault/report.h"
#include "fault/run.h"

TEST(reads_blocks_and_arguments)
{
	struct script_error err;
	struct step *s = fault_script_parse("# a comment\n"
					    "repeat 3 { post input.1 7; signal output.0 }\n"
					    "together { post input.0\n { pause 5 } }",
					    2, &err);

	ASSERT_NE(NULL, s) TH_LOG("%s", err.text);
	EXPECT_EQ(3, s->number[0]);
	EXPECT_EQ(2, s->line);
	EXPECT_FALSE(s->together);
	EXPECT_STREQ("post", s->body->verb->name);
	EXPECT_EQ(2, s->body->queue);
	EXPECT_EQ(7, s->body->number[0]);
	EXPECT_STREQ("signal", s->body->next->verb->name);
	EXPECT_EQ(1, s->body->next->queue);
	EXPECT_EQ(NULL, s->body->next->next);
	EXPECT_TRUE(s->next->together);
	EXPECT_EQ(1, s->next->body->number[0]);
	EXPECT_EQ(4, s->next->body->next->body->line);
	EXPECT_EQ(5, s->next->body->next->body->number[0]);
	fault_script_free(s);
}

TEST(says_line_and_expectation)
{
	static const struct {
		const char *text;
		int line;
		const char *says;
	} wrong[] = {
		{"pause 1\nposst input.0", 2, "found \"posst\""},
		{"post input.2", 1, "input.0 to input.1, output.0 to output.1"},
		{"post", 1, "expected a queue"},
		{"pause soon", 1, "expected a number, found \"soon\""},
		{"pause -1", 1, "expected a number"},
		{"pause 1x", 1, "expected a number"},
		{"post input.0 1 2", 1, "expected the end of \"post\", found \"2\""},
		{"\n\nrepeat 3 post", 3, "expected \"{\""},
		{"repeat { post input.0 }", 1, "expected a number"},
		{"repeat 2 { pause 1\n", 2, "not closed"},
		{"pause 1 }", 1, "closes no block"},
		{"pause 1 { pause 1 }", 1, "expected the end"},
		{"await input.0 rich", 1, "consumed quiet armed available"},
		{"ask input.0", 1, "expected one of"},
	};

	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct script_error err;

		EXPECT_EQ(NULL, fault_script_parse(wrong[i].text, 2, &err));
		EXPECT_EQ(wrong[i].line, err.line) TH_LOG("%s: %s", wrong[i].text, err.text);
		EXPECT_NE(NULL, strstr(err.text, wrong[i].says))
		TH_LOG("%s: %s", wrong[i].text, err.text);
	}
}

TEST(knows_when_more_must_come)
{
	EXPECT_TRUE(fault_script_is_open("repeat 3 {\n"));
	EXPECT_TRUE(fault_script_is_open("repeat 3 { { }"));
	EXPECT_FALSE(fault_script_is_open("repeat 3 { }\n"));
	EXPECT_FALSE(fault_script_is_open("pause 1 # {\n"));
}

TEST(documents_every_verb)
{
	for (const struct verb *v = fault_verbs; v->name; v++) {
		EXPECT_NE(NULL, v->run);
		EXPECT_LT(10, strlen(v->help));
		EXPECT_EQ(!!strchr(v->args, 'w'), !!v->words) TH_LOG("%s", v->name);
		EXPECT_GE(FAULT_ARGS_MAX, strlen(v->args));
	}
}

FIXTURE(run)
{
	struct device dev;
	struct run run;
	char *said;
	size_t size;
};

FIXTURE_SETUP(run)
{
	fault_device_init(&self->dev, 2);
	fault_run_init(&self->run, &self->dev);
	self->run.patience = 1;
	self->run.out = open_memstream(&self->said, &self->size);
}

FIXTURE_TEARDOWN(run)
{
	fclose(self->run.out);
	free(self->said);
}

static const char *said(FILE *out, char *const *text)
{
	fflush(out);
	return *text;
}

TEST_F(run, names_the_step_that_failed)
{
	EXPECT_EQ(-1, fault_run_script(&self->run, "a.script", "pause 1\npost input.0\npause 1"));
	EXPECT_STREQ("error a.script:2: the guest has made no entry available\n",
		     said(self->run.out, &self->said));
}

TEST_F(run, runs_on_after_an_error)
{
	EXPECT_EQ(-1, fault_run_script(&self->run, "x", "ask input.0 send"));
	EXPECT_EQ(0, fault_run_script(&self->run, "x", "repeat 3 { pause 1 }; ignore input.1"));
	EXPECT_TRUE(self->dev.queue[2].ignore);
	EXPECT_FALSE(self->dev.queue[0].ignore);
}

TEST_F(run, keeps_the_first_error_of_those_side_by_side)
{
	EXPECT_EQ(-1, fault_run_script(&self->run, "x",
				       "together { take input.0; repeat 1000000 { pause 1000 } }"));
	EXPECT_STREQ("error x:1: take is for output queues; see post\n",
		     said(self->run.out, &self->said));
}

TEST_HARNESS_MAIN
