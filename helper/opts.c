// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "opts.h"
#include "../kmod/version.h"

#define NS_PER_MS 1000000ULL
#define NS_MAX	  (168ULL * 3600 * 1000 * NS_PER_MS)

/* A setter returns NULL, or what the value must be. */
typedef const char *(*setter)(struct rs_opts *opts, const char *arg);

static const struct {
	const char *suffix;
	uint64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};

const char *rs_duration_parse(const char *text, uint64_t *ns)
{
	static const char *const must_be = "a time from 1ms to 168h, like 500ms, 10s, 2m or 1h";
	size_t digits = strspn(text, "0123456789");
	char number[20];
	uint64_t value;

	if (!digits || digits >= sizeof(number))
		return must_be;
	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (!rs_number_parse(number, &value) || value > NS_MAX / NS_PER_MS)
		return must_be;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].suffix))
			continue;
		*ns = value * units[i].ms * NS_PER_MS;
		return !value || value > NS_MAX / (units[i].ms * NS_PER_MS) ? must_be : NULL;
	}
	return must_be;
}

static const char *duration_set(struct rs_opts *opts, const char *arg)
{
	return rs_duration_parse(arg, &opts->window.duration_ns);
}

static const char *interval_set(struct rs_opts *opts, const char *arg)
{
	return rs_duration_parse(arg, &opts->window.interval_ns);
}

static const char *output_set(struct rs_opts *opts, const char *arg)
{
	opts->output = arg;
	return *arg ? NULL : "a file's name";
}

static const char *json_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->json = true;
	return NULL;
}

static const char *quiet_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->quiet = true;
	return NULL;
}

static const char *verbose_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->verbose = opts->filter.verbose = true;
	return NULL;
}

static const char *no_times_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->filter.no_times = true;
	return NULL;
}

static const char *tap_set(struct rs_opts *opts, const char *arg)
{
	opts->filter.tap = arg;
	return *arg ? NULL : "the name of a tap";
}

static const char *vm_set(struct rs_opts *opts, const char *arg)
{
	opts->filter.vm = arg;
	return *arg ? NULL : "the name or uuid of a virtual machine";
}

static const char *number_set(struct rs_num *num, const char *arg, uint64_t min, uint64_t max)
{
	num->known = rs_number_parse(arg, &num->value) && num->value >= min && num->value <= max;
	return num->known ? NULL
	       : min	  ? "a process id, from 1 to 4194304"
			  : "a queue's number, from 0 to 65535";
}

static const char *pid_set(struct rs_opts *opts, const char *arg)
{
	return number_set(&opts->filter.pid, arg, 1, 4194304);
}

static const char *queue_set(struct rs_opts *opts, const char *arg)
{
	return number_set(&opts->filter.queue, arg, 0, 65535);
}

enum { KEY_TAP = 0x100, KEY_VM, KEY_PID, KEY_QUEUE, KEY_NO_TIMES, KEY_USAGE };

static const struct row {
	struct argp_option option;
	setter set;
} rows[] = {
	{{"duration", 'd', "TIME", 0, "count for TIME: 500ms, 10s, 2m, 1h", 0}, duration_set},
	{{"interval", 'i', "TIME", 0, "a result every TIME, for -d or until Ctrl-C", 0},
	 interval_set},
	{{"json", 'j', NULL, 0, "JSON on standard output", 0}, json_set},
	{{"output", 'o', "FILE", 0, "JSON into FILE, whole or not at all", 0}, output_set},
	{{"quiet", 'q', NULL, 0, "only what is wrong; no progress, no table", 0}, quiet_set},
	{{"verbose", 'v', NULL, 0, "every figure, with its unit and meaning", 0}, verbose_set},
	{{"tap", KEY_TAP, "IF", 0, "only the queues of this tap", 0}, tap_set},
	{{"vm", KEY_VM, "NAME", 0, "only this virtual machine, by name or uuid", 0}, vm_set},
	{{"pid", KEY_PID, "PID", 0, "only the virtual machine of this process", 0}, pid_set},
	{{"queue", KEY_QUEUE, "N", 0, "only this queue of the tap", 0}, queue_set},
	{{"no-times", KEY_NO_TIMES, NULL, 0, "the host's side: count only, which costs less", 0},
	 no_times_set},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct parse {
	struct rs_opts *opts;
	struct rs_error *err;
	bool answered; /* --help or --version */
};

static bool has_option(const struct rs_command *command, const char *name)
{
	const char *at = strstr(command->options, name);
	size_t len = strlen(name);

	return at && (at == command->options || at[-1] == ' ') && (!at[len] || at[len] == ' ');
}

static error_t refuse(struct parse *p, const char *fmt, const char *a, const char *b)
{
	rs_error_set(p->err, RS_EXIT_USAGE, fmt, a, b);
	return EINVAL;
}

static error_t help(struct parse *p, struct argp_state *state, unsigned int flags)
{
	argp_state_help(state, stdout, flags & ~ARGP_HELP_EXIT_OK);
	p->answered = true;
	state->next = state->argc;
	return 0;
}

static error_t argument_add(struct parse *p, char *arg)
{
	struct rs_opts *opts = p->opts;

	if (opts->args_n >= opts->command->args_max)
		return refuse(p, "%s: \"%s\" is one argument too many", opts->command->name, arg);
	opts->args[opts->args_n++] = arg;
	return 0;
}

static error_t option_set(struct parse *p, int key, char *arg)
{
	for (size_t i = 0; i < ROWS; i++) {
		const char *must_be;

		if (rows[i].option.key != key)
			continue;
		must_be = rows[i].set(p->opts, arg);
		if (!must_be)
			return 0;
		rs_error_set(p->err, RS_EXIT_USAGE, "--%s %.60s: it must be %s",
			     rows[i].option.name, arg, must_be);
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t command_parse(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	const struct rs_command *command = p->opts->command;

	switch (key) {
	case 'h':
		return help(p, state, ARGP_HELP_STD_HELP);
	case KEY_USAGE:
		return help(p, state, ARGP_HELP_STD_USAGE);
	case ARGP_KEY_ARG:
		return argument_add(p, arg);
	case ARGP_KEY_END:
		if (!p->answered && p->opts->args_n < command->args_min)
			return refuse(p, "arguments are missing: ringside %s %s", command->name,
				      command->args);
		return 0;
	default:
		return option_set(p, key, arg);
	}
}

#define HELP_OPTIONS                                              \
	{"help", 'h', NULL, 0, "this text", -1},                  \
	{                                                         \
		"usage", KEY_USAGE, NULL, OPTION_HIDDEN, NULL, -1 \
	}

/* argv[0] is the command's own name. */
static int command_run(struct parse *p, int argc, char **argv)
{
	const struct rs_command *command = p->opts->command;
	struct argp_option options[ROWS + 3] = {HELP_OPTIONS};
	char name[40], args[80], doc[2048];
	struct argp argp = {options, command_parse, args, doc, NULL, NULL, NULL};
	size_t n = 2;

	for (size_t i = 0; i < ROWS; i++)
		if (has_option(command, rows[i].option.name))
			options[n++] = rows[i].option;
	snprintf(name, sizeof(name), "ringside %s", command->name);
	snprintf(args, sizeof(args), "%s", command->args ? command->args : "");
	snprintf(doc, sizeof(doc), "%s\v%s", command->summary, command->more);
	argv[0] = name;
	if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, p))
		return EINVAL;
	if (!p->opts->window.duration_ns)
		p->opts->window.duration_ns =
			p->opts->window.interval_ns ? RS_FOREVER : command->duration_ns;
	return 0;
}

static error_t command_find(struct parse *p, const char *name, struct argp_state *state)
{
	for (const struct rs_command *c = rs_commands; c->name; c++) {
		int at = state->next - 1;

		if (strcmp(c->name, name))
			continue;
		p->opts->command = c;
		state->next = state->argc;
		return command_run(p, state->argc - at, state->argv + at);
	}
	return refuse(p, "\"%s\" is no command: see %s", name, "ringside --help");
}

static error_t main_parse(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;

	switch (key) {
	case 'h':
		return help(p, state, ARGP_HELP_STD_HELP);
	case KEY_USAGE:
		return help(p, state, ARGP_HELP_STD_USAGE);
	case 'V':
		printf("ringside %s\n", RS_VERSION);
		p->answered = true;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_ARG:
		return command_find(p, arg, state);
	case ARGP_KEY_NO_ARGS:
		return p->answered
			       ? 0
			       : refuse(p, "%s: see %s", "a command is missing", "ringside --help");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void commands_list(char *text, size_t size)
{
	size_t used = snprintf(
		text, size, "%s",
		"Whose interrupt went missing, and why: virtio-net under KVM.\vCommands:\n");

	for (const struct rs_command *c = rs_commands; c->name && used < size; c++)
		used += snprintf(text + used, size - used, "  %-8s %s\n", c->name, c->summary);
	if (used < size)
		snprintf(text + used, size - used,
			 "\nringside COMMAND --help tells more, with examples; so does "
			 "ringside(8).");
}

int rs_opts_parse(struct rs_opts *opts, int argc, char **argv, struct rs_error *err)
{
	static const struct argp_option options[] = {
		HELP_OPTIONS, {"version", 'V', NULL, 0, "the version", -1}, {0}};
	struct parse p = {.opts = opts, .err = err};
	char doc[2048];
	struct argp argp = {options, main_parse, "COMMAND [ARGUMENT...]", doc, NULL, NULL, NULL};

	memset(opts, 0, sizeof(*opts));
	commands_list(doc, sizeof(doc));
	if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &p)) {
		err->status = RS_EXIT_USAGE;
		return -1;
	}
	if (p.answered)
		opts->command = NULL;
	return 0;
}
