// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "run.h"
#include "user.h"

#define TEXT_MAX 65536

static struct options {
	const char *socket, *control, *script;
	int pairs;
} options = {.pairs = 1};

static struct device device;
static struct run run;

enum { OPT_MAC = 256, OPT_GUEST_IP, OPT_DEVICE_IP, OPT_PORT, OPT_PATIENCE, OPT_ECHO };

static const struct argp_option option_rows[] = {
	{"socket", 's', "PATH", 0, "UNIX socket to listen on for the VMM (needed)", 0},
	{"control", 'c', "PATH", 0, "UNIX socket to fetch scripts from, a line each", 0},
	{"script", 'f', "FILE", 0, "carry out FILE once the guest serves input.0; - is stdin", 0},
	{"pairs", 'n', "N", 0, "queue pairs, 1 to 64 (1)", 0},
	{"mac", OPT_MAC, "MAC", 0, "the guest's address (52:54:00:12:34:56)", 0},
	{"guest-ip", OPT_GUEST_IP, "IP", 0, "(10.9.0.2)", 0},
	{"device-ip", OPT_DEVICE_IP, "IP", 0, "(10.9.0.1)", 0},
	{"port", OPT_PORT, "N", 0, "UDP port of pair 0's frames (7000)", 0},
	{"patience", OPT_PATIENCE, "S", 0, "seconds the guest has for each step (20)", 0},
	{"echo", OPT_ECHO, NULL, 0, "begin as a normal device that answers ARP, ping and UDP", 0},
	{0},
};

static long number(struct argp_state *state, const char *arg, const char *what, long min, long max)
{
	char *end;
	long n = strtol(arg, &end, 10);

	if (*end || end == arg || n < min || n > max)
		argp_error(state, "--%s takes a number from %ld to %ld, not \"%s\"", what, min, max,
			   arg);
	return n;
}

static uint32_t address(struct argp_state *state, const char *arg)
{
	struct in_addr in;

	if (!inet_aton(arg, &in))
		argp_error(state, "not an IPv4 address: \"%s\"", arg);
	return ntohl(in.s_addr);
}

static void mac(struct argp_state *state, const char *arg, unsigned char m[6])
{
	char rest;

	if (sscanf(arg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5],
		   &rest) != 6)
		argp_error(state, "not an Ethernet address: \"%s\"", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.socket = arg;
		break;
	case 'c':
		options.control = arg;
		break;
	case 'f':
		options.script = arg;
		break;
	case 'n':
		options.pairs = number(state, arg, "pairs", 1, FAULT_PAIRS_MAX);
		break;
	case OPT_MAC:
		mac(state, arg, run.ends.mac);
		break;
	case OPT_GUEST_IP:
		run.ends.guest_ip = address(state, arg);
		break;
	case OPT_DEVICE_IP:
		run.ends.device_ip = address(state, arg);
		break;
	case OPT_PORT:
		run.ends.port = number(state, arg, "port", 1, 65535 - FAULT_PAIRS_MAX);
		break;
	case OPT_PATIENCE:
		run.patience = number(state, arg, "patience", 1, 3600);
		break;
	case OPT_ECHO:
		run.echo = true;
		break;
	case ARGP_KEY_END:
		if (!options.socket)
			argp_error(state, "--socket is needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* argp appends this to --help: the language, from the table that runs it. */
static char *help(int key, const char *text, void *input)
{
	static const char *const kinds[128] = {['q'] = "QUEUE", ['n'] = "N", ['N'] = "[N]"};
	char *out;
	size_t size;
	FILE *f;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	f = open_memstream(&out, &size);
	if (!f)
		return (char *)text;
	fprintf(f, "Script: statements ended by a line feed or \";\"; # comments;\n"
		   "  repeat N { ... }, together { step; step; ... } (side by side), { ... }\n"
		   "  QUEUE is input.0, output.0, input.1, ...\n");
	for (const struct verb *v = fault_verbs; v->name; v++) {
		fprintf(f, "  %s", v->name);
		for (const char *a = v->args; *a; a++)
			fprintf(f, " %s", *a == 'w' ? "WORD" : kinds[(int)*a]);
		fprintf(f, "\n\t%s%s%s\n", v->help, v->words ? "; WORD: " : "",
			v->words ? v->words : "");
	}
	fprintf(f, "\nExample:\n  fault -s /tmp/f.sock -n 2 -f - <<< "
		   "'ignore input.0; repeat 10007 { post-signal input.0 }; report'\n");
	fclose(f);
	return out;
}

static void nap(void)
{
	const struct timespec tenth = {.tv_nsec = 100000000};

	nanosleep(&tenth, NULL);
}

static int connect_control(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	/* The VMM may have to wait for much before it comes up. */
	for (; !__atomic_load_n(&device.gone, __ATOMIC_ACQUIRE); nap()) {
		int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (sock >= 0 && !connect(sock, (struct sockaddr *)&addr, sizeof(addr)))
			return sock;
		if (sock >= 0)
			close(sock);
	}
	return -1;
}

/* Lines gather until their braces match; the answer ends with "ok" or "error ...". */
static void converse(FILE *in, FILE *out)
{
	char text[TEXT_MAX] = "";
	size_t used = 0;

	run.out = out;
	while (fgets(text + used, sizeof(text) - used, in)) {
		used += strlen(text + used);
		if (used < sizeof(text) - 1 && fault_script_is_open(text))
			continue;
		if (!fault_run_script(&run, "control", text))
			fprintf(out, "ok\n");
		fflush(out);
		used = 0;
	}
}

static void *control_thread(void *arg)
{
	int sock = connect_control(arg);
	FILE *in = sock < 0 ? NULL : fdopen(sock, "r");
	FILE *out = in ? fdopen(dup(sock), "w") : NULL;

	if (out)
		converse(in, out);
	else
		fprintf(stderr, "fault: no answer at the control socket %s\n", (char *)arg);
	return NULL;
}

static void *script_thread(void *arg)
{
	char *text = arg;
	struct queue *q = &device.queue[0];

	for (;; nap()) {
		bool ready;

		pthread_mutex_lock(&q->lock);
		ready = q->running && q->enabled && fault_ring_pending(&q->ring);
		pthread_mutex_unlock(&q->lock);
		if (ready)
			break;
	}
	run.out = stdout;
	if (!fault_run_script(&run, options.script, text))
		printf("ok\n");
	fflush(stdout);
	free(text);
	return NULL;
}

static bool echo_pair(int pair)
{
	struct queue *in = &device.queue[2 * pair], *out = in + 1;
	char frame[65536];
	size_t size, answered = 0;
	bool any = false;

	while (fault_queue_collect(out, frame, sizeof(frame), &size) == 1) {
		any = true;
		size = fault_frame_echo(frame, size, &run.ends);
		if (size && fault_queue_post(in, frame, size) == 1)
			answered++;
	}
	if (any)
		fault_queue_signal(out, out->ignore);
	if (answered)
		fault_queue_signal(in, in->ignore);
	return any;
}

static void *echo_thread(void *arg)
{
	const struct timespec moment = {.tv_nsec = 200000};

	(void)arg;
	for (;;) {
		bool any = false;

		while (!__atomic_load_n(&run.echo, __ATOMIC_ACQUIRE))
			nap();
		for (int i = 0; i < device.pairs; i++)
			any |= echo_pair(i);
		if (!any)
			nanosleep(&moment, NULL);
	}
	return NULL;
}

static char *read_file(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char *text = calloc(1, TEXT_MAX);
	size_t n = f && text ? fread(text, 1, TEXT_MAX - 1, f) : 0;

	if (f && f != stdin)
		fclose(f);
	if (f && text && n < TEXT_MAX - 1)
		return text;
	free(text);
	return NULL;
}

/* A script is checked before the guest boots: its mistakes should not cost a boot. */
static int load_script(char **text)
{
	struct script_error err;

	if (!options.script)
		return 0;
	*text = read_file(options.script);
	if (!*text) {
		fprintf(stderr, "fault: cannot read %s, or it is over %d bytes\n", options.script,
			TEXT_MAX - 2);
		return EX_NOINPUT;
	}
	fault_script_free(fault_script_parse(*text, options.pairs, &err));
	if (!err.text[0])
		return 0;
	fprintf(stderr, "fault: %s:%d: %s\n", options.script, err.line, err.text);
	return EX_DATAERR;
}

static int start(void *(*thread)(void *), void *arg)
{
	pthread_t t;

	return pthread_create(&t, NULL, thread, arg) ? EX_OSERR : 0;
}

static int serve(void)
{
	int listener = fault_user_listen(options.socket), sock, ret = -1;

	if (listener < 0) {
		fprintf(stderr, "fault: cannot listen on %s: %s\n", options.socket,
			strerror(errno));
		return EX_CANTCREAT;
	}
	sock = accept(listener, NULL, NULL);
	close(listener);
	unlink(options.socket);
	while (sock >= 0 && (ret = fault_user_serve(&device, sock)) > 0)
		;
	__atomic_store_n(&device.gone, true, __ATOMIC_RELEASE);
	return ret ? EX_PROTOCOL : 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {option_rows,
					 parse,
					 NULL,
					 "A virtio-net device that does to its rings what a script "
					 "says, and counts it.\v",
					 NULL,
					 help,
					 NULL};
	char *text = NULL;
	int ret;

	fault_run_init(&run, &device);
	run.out = stdout;
	run.ends = (struct frame_ends){
		{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}, 0x0a090002, 0x0a090001, 7000};
	argp_err_exit_status = EX_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, NULL))
		return EX_USAGE;
	fault_device_init(&device, options.pairs);
	ret = load_script(&text);
	if (!ret && text)
		ret = start(script_thread, text);
	if (!ret && options.control)
		ret = start(control_thread, (void *)options.control);
	if (!ret)
		ret = start(echo_thread, NULL);
	if (!ret)
		ret = serve();
	fault_report_print(&run, stdout);
	return ret;
}
