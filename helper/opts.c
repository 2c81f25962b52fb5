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

static const struct {
	const char *suffix;
	uint64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};

const char *rs_duration_parse(const char *text, uint64_t *ns)
{
	static const char *const expected = "a time from 1ms to 168h, like 500ms, 10s, 2m or 1h";
	size_t digits = strspn(text, "0123456789");
	char number[20];
	uint64_t value;

	if (!digits || digits >= sizeof(number))
		return expected;
	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (!rs_number_parse(number, &value) || value > NS_MAX / NS_PER_MS)
		return expected;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].suffix))
			continue;
		*ns = value * units[i].ms * NS_PER_MS;
		return !value || value > NS_MAX / (units[i].ms * NS_PER_MS) ? expected : NULL;
	}
	return expected;
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
	return *arg ? NULL : "the name of a file";
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

static const char *suppress_set(struct rs_opts *opts, const char *arg)
{
	const char *reason = strchr(arg, '=');
	struct rs_suppression *s = &opts->suppressed[opts->suppressed_n];
	size_t len = reason ? (size_t)(reason - arg) : 0;

	if (!reason || !reason[1] || len >= sizeof(s->id))
		return "ID=REASON, the name of a verdict and why it is accepted";
	if (opts->suppressed_n == sizeof(opts->suppressed) / sizeof(*s) - 1)
		return "31 suppressed verdicts at most";
	snprintf(s->id, sizeof(s->id), "%.*s", (int)len, arg);
	s->reason = reason + 1;
	if (!rs_verdict_known(s->id))
		return "the name of a verdict, see VERDICTS in ringside(8)";
	opts->suppressed_n++;
	return NULL;
}

static const char *no_header_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->bare = true;
	return NULL;
}

static const char *color_set(struct rs_opts *opts, const char *arg)
{
	static const char *const words[] = {[RS_COLOUR_AUTO] = "auto",
					    [RS_COLOUR_ALWAYS] = "always",
					    [RS_COLOUR_NEVER] = "never"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		opts->colour = i;
		if (!strcmp(arg, words[i]))
			return NULL;
	}
	return "auto, always or never";
}

static const char *guest_set(struct rs_opts *opts, const char *arg)
{
	struct rs_num *cid = &opts->filter.cid;

	cid->known = !strncmp(arg, "vsock:", 6) && rs_number_parse(arg + 6, &cid->value) &&
		     cid->value > 2 && cid->value < UINT32_MAX;
	return cid->known ? NULL : "vsock:CID, with the guest's CID from 3 to 4294967294";
}

static const char *once_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->once = true;
	return NULL;
}

static const char *bell_set(struct rs_opts *opts, const char *arg)
{
	(void)arg;
	opts->bell = true;
	return NULL;
}

static const char *exec_set(struct rs_opts *opts, const char *arg)
{
	opts->exec = arg;
	return *arg ? NULL : "a command of the shell";
}

static const char *trip_set(struct rs_opts *opts, const char *arg)
{
	unsigned int need, of;
	int used = 0;

	if (sscanf(arg, "%2u/%2u%n", &need, &of, &used) != 2 || arg[used] || !need || need > of ||
	    of > RS_TRIP_WINDOWS)
		return "N/M, like 2/3: N from 1 to M, M up to 32";
	opts->trip_need = need;
	opts->trip_of = of;
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

enum {
	KEY_COLOR = 0x100,
	KEY_SUPPRESS,
	KEY_TAP,
	KEY_VM,
	KEY_PID,
	KEY_QUEUE,
	KEY_NO_TIMES,
	KEY_WINDOW,
	KEY_GUEST,
	KEY_ONCE,
	KEY_TRIP,
	KEY_EXEC,
	KEY_BELL,
	KEY_USAGE
};

const struct rs_option rs_options[] = {
	{"duration", 'd', "TIME", "count for TIME: 500ms, 10s, 2m, 1h", duration_set},
	{"window", KEY_WINDOW, "TIME", "the same as --duration", duration_set},
	{"interval", 'i', "TIME", "print a result every TIME, for the time of -d or until Ctrl-C",
	 interval_set},
	{"json", 'j', NULL, "print JSON", json_set},
	{"output", 'o', "FILE", "write JSON to FILE, completely or not at all", output_set},
	{"quiet", 'q', NULL, "print only what is wrong: no table, no progress", quiet_set},
	{"verbose", 'v', NULL, "print every figure with its unit and meaning", verbose_set},
	{"suppress", KEY_SUPPRESS, "ID=REASON",
	 "accept the verdict ID: it is printed and is no fault", suppress_set},
	{"no-header", 'H', NULL, "print tables without headings, for scripts", no_header_set},
	{"color", KEY_COLOR, "WHEN", "use colour: auto, always or never", color_set},
	{"tap", KEY_TAP, "IF", "only the queues of tap IF", tap_set},
	{"vm", KEY_VM, "NAME", "only the virtual machine with this name or uuid", vm_set},
	{"pid", KEY_PID, "PID", "only the virtual machine of process PID", pid_set},
	{"queue", KEY_QUEUE, "N", "only queue N of the tap or vhost-vdpa device, from 0",
	 queue_set},
	{"no-times", KEY_NO_TIMES, NULL,
	 "on the host: only count, take no time stamps, which costs less", no_times_set},
	{"guest", KEY_GUEST, "vsock:CID", "the guest whose agent is asked", guest_set},
	{"once", KEY_ONCE, NULL, "watch for one interval, and end", once_set},
	{"trip", KEY_TRIP, "N/M",
	 "a root begins when it was found in N of the last M intervals, and ends when in none "
	 "(default 1/2)",
	 trip_set},
	{"exec", KEY_EXEC, "CMD", "run CMD by the shell when a root begins", exec_set},
	{"bell", KEY_BELL, NULL, "ring the terminal's bell when a root begins", bell_set},
	{NULL, 0, NULL, NULL, NULL},
};

#define OPTIONS (sizeof(rs_options) / sizeof(rs_options[0]) - 1)

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
		return refuse(p, "%s: unexpected argument \"%s\"", opts->command->name, arg);
	opts->args[opts->args_n++] = arg;
	return 0;
}

static error_t option_set(struct parse *p, int key, char *arg)
{
	for (const struct rs_option *o = rs_options; o->name; o++) {
		const char *expected;

		if (o->key != key)
			continue;
		expected = o->set(p->opts, arg);
		if (!expected)
			return 0;
		rs_error_set(p->err, RS_EXIT_USAGE, "--%s %.60s: expected %s", o->name, arg,
			     expected);
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
	{"help", 'h', NULL, 0, "print this help", -1},            \
	{                                                         \
		"usage", KEY_USAGE, NULL, OPTION_HIDDEN, NULL, -1 \
	}

/* What is behind "--" is no option of ringside, and not sorted with them. */
static int child_take(struct parse *p, int *argc, char **argv)
{
	const struct rs_command *command = p->opts->command;

	for (int i = 1; command->runs && i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		if (i + 1 == *argc)
			return refuse(p, "a command is missing behind --: ringside %s %s",
				      command->name, command->args);
		p->opts->window.command = argv + i + 1;
		*argc = i;
		return 0;
	}
	return 0;
}

static int duration_choose(struct parse *p)
{
	struct rs_window *w = &p->opts->window;

	if (w->command && w->duration_ns)
		return refuse(p, "%s: -d does not go with %s: the window lasts while that runs",
			      p->opts->command->name, w->command[0]);
	if (!w->duration_ns)
		w->duration_ns =
			w->interval_ns || w->command ? RS_FOREVER : p->opts->command->duration_ns;
	return 0;
}

/* argv[0] is the command's name. */
static int command_run(struct parse *p, int argc, char **argv)
{
	const struct rs_command *command = p->opts->command;
	struct argp_option options[OPTIONS + 3] = {HELP_OPTIONS};
	char name[40], args[80], doc[2048];
	struct argp argp = {options, command_parse, args, doc, NULL, NULL, NULL};
	size_t n = 2;

	for (const struct rs_option *o = rs_options; o->name; o++)
		if (has_option(command, o->name))
			options[n++] = (struct argp_option){o->name, o->key, o->arg, 0, o->doc, 0};
	snprintf(name, sizeof(name), "ringside %s", command->name);
	snprintf(args, sizeof(args), "%s", command->args ? command->args : "");
	snprintf(doc, sizeof(doc), "%s\v%s", command->summary, command->more);
	argv[0] = name;
	if (child_take(p, &argc, argv))
		return EINVAL;
	if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, p))
		return EINVAL;
	return p->answered ? 0 : duration_choose(p);
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
	return refuse(p, "unknown command \"%s\": see %s", name, "ringside --help");
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
	size_t used = snprintf(text, size, "%s",
			       "Finds which interrupt of virtio-net under KVM went missing, and "
			       "why.\vCommands:\n");

	for (const struct rs_command *c = rs_commands; c->name && used < size; c++)
		used += snprintf(text + used, size - used, "  %-8s %s\n", c->name, c->summary);
	if (used < size)
		snprintf(text + used, size - used,
			 "\nSee ringside COMMAND --help for options and examples, and "
			 "ringside(8).");
}

int rs_opts_parse(struct rs_opts *opts, int argc, char **argv, struct rs_error *err)
{
	static const struct argp_option options[] = {
		HELP_OPTIONS, {"version", 'V', NULL, 0, "print the version", -1}, {0}};
	struct parse p = {.opts = opts, .err = err};
	char doc[2048];
	struct argp argp = {options, main_parse, "COMMAND [ARGUMENT...]", doc, NULL, NULL, NULL};

	memset(opts, 0, sizeof(*opts));
	opts->trip_need = 1;
	opts->trip_of = 2;
	commands_list(doc, sizeof(doc));
	if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &p)) {
		err->status = RS_EXIT_USAGE;
		return -1;
	}
	if (p.answered)
		opts->command = NULL;
	return 0;
}
