// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
/*
 * Commands in a guest, asked for on its host, over one virtio-serial port.
 *
 *   agent serve PORT         in the guest: run what is asked
 *   agent hub PORT LISTEN    on the host: share the port between callers
 *   agent call LISTEN [-i] CMD   run CMD in the guest; -i hands stdin over
 *   agent attach SOCKET          the terminal becomes that console; Ctrl-] leaves
 *   agent qmp SOCKET JSON    one QMP command; prints the answer
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MAX_DATA  4096
#define MAX_CALLS 64

enum kind { RUN = 1, INPUT, END_OF_INPUT, OUTPUT, ERRORS, EXITED, GONE };

struct frame {
	uint32_t call;
	uint32_t kind;
	uint32_t size;
	char data[MAX_DATA];
};

#define HEAD offsetof(struct frame, data)

struct call {
	uint32_t id;
	pid_t pid;
	int in, out, err;
};

static struct call calls[MAX_CALLS];

static void die(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(125);
}

static int write_all(int fd, const void *data, size_t size)
{
	const char *at = data;
	ssize_t n;

	while (size) {
		n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		size -= n;
	}
	return 0;
}

static int read_all(int fd, void *data, size_t size)
{
	char *at = data;
	ssize_t n;

	while (size) {
		n = read(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		size -= n;
	}
	return 0;
}

static int frame_send(int fd, uint32_t call, enum kind kind, const void *data, uint32_t size)
{
	struct frame f = {.call = call, .kind = kind, .size = size};

	if (size)
		memcpy(f.data, data, size);
	return write_all(fd, &f, HEAD + size);
}

static int frame_read(int fd, struct frame *f)
{
	if (read_all(fd, f, HEAD) || f->size > MAX_DATA)
		return -1;
	return read_all(fd, f->data, f->size);
}

static struct call *call_find(uint32_t id)
{
	for (int i = 0; i < MAX_CALLS; i++)
		if (calls[i].id == id)
			return &calls[i];
	return NULL;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_run(char *cmd, int in, int out, int err)
{
	signal(SIGPIPE, SIG_DFL);
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	execl("/bin/sh", "sh", "-c", cmd, NULL);
	_exit(127);
}

static void call_start(int port, struct frame *f)
{
	struct call *c = call_find(0);
	int in[2], out[2], err[2];
	uint32_t full = 126;

	if (!c || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		frame_send(port, f->call, EXITED, &full, sizeof(full));
		return;
	}
	f->data[f->size < MAX_DATA ? f->size : MAX_DATA - 1] = 0;
	c->id = f->call;
	c->pid = fork();
	if (!c->pid)
		child_run(f->data, in[0], out[1], err[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	c->in = in[1];
	c->out = out[0];
	c->err = err[0];
}

static void call_end(int port, struct call *c)
{
	uint32_t code;
	int status;

	waitpid(c->pid, &status, 0);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	frame_send(port, c->id, EXITED, &code, sizeof(code));
	shut(&c->in);
	memset(c, 0, sizeof(*c));
}

/* A command in the background holds no pipe open if it redirects all three. */
static void call_pump(int port, struct call *c, int *fd, enum kind kind)
{
	char data[MAX_DATA];
	ssize_t n = read(*fd, data, sizeof(data));

	if (n > 0)
		frame_send(port, c->id, kind, data, n);
	else
		shut(fd);
	if (c->out < 0 && c->err < 0)
		call_end(port, c);
}

static void serve_frame(int port, struct frame *f)
{
	struct call *c = call_find(f->call);

	if (f->kind == RUN)
		call_start(port, f);
	else if (!c)
		return;
	else if (f->kind == INPUT)
		write_all(c->in, f->data, f->size);
	else if (f->kind == END_OF_INPUT)
		shut(&c->in);
	else if (f->kind == GONE)
		kill(-c->pid, SIGKILL);
}

static int serve(const char *path)
{
	struct pollfd p[1 + 2 * MAX_CALLS];
	int port = open(path, O_RDWR | O_CLOEXEC);
	struct frame f;

	if (port < 0)
		die(path);
	for (;;) {
		p[0] = (struct pollfd){.fd = port, .events = POLLIN};
		for (int i = 0; i < MAX_CALLS; i++) {
			int on = calls[i].id != 0;

			p[1 + 2 * i] = (struct pollfd){on ? calls[i].out : -1, POLLIN, 0};
			p[2 + 2 * i] = (struct pollfd){on ? calls[i].err : -1, POLLIN, 0};
		}
		if (poll(p, 1 + 2 * MAX_CALLS, -1) < 0)
			continue;
		for (int i = 0; i < MAX_CALLS; i++) {
			if (p[1 + 2 * i].revents)
				call_pump(port, &calls[i], &calls[i].out, OUTPUT);
			if (calls[i].id && p[2 + 2 * i].revents && calls[i].err >= 0)
				call_pump(port, &calls[i], &calls[i].err, ERRORS);
		}
		if (p[0].revents & POLLIN) {
			if (frame_read(port, &f))
				return 1;
			serve_frame(port, &f);
		} else if (p[0].revents) {
			usleep(20000); /* the host has not opened its end yet */
		}
	}
}

static int unix_socket(const char *path, int server)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (fd < 0)
		die("socket");
	if (server)
		unlink(path);
	if (server ? bind(fd, (void *)&a, sizeof(a)) || listen(fd, 16)
		   : connect(fd, (void *)&a, sizeof(a)))
		die(path);
	return fd;
}

struct hub {
	int port, door;
	uint32_t next;
	struct {
		uint32_t id;
		int fd;
	} caller[MAX_CALLS];
};

static void hub_accept(struct hub *h)
{
	int fd = accept4(h->door, NULL, NULL, SOCK_CLOEXEC);

	for (int i = 0; i < MAX_CALLS; i++) {
		if (h->caller[i].id)
			continue;
		h->caller[i].id = ++h->next;
		h->caller[i].fd = fd;
		return;
	}
	close(fd);
}

static void hub_drop(struct hub *h, int i, int tell)
{
	if (tell)
		frame_send(h->port, h->caller[i].id, GONE, NULL, 0);
	close(h->caller[i].fd);
	h->caller[i].id = 0;
}

static void hub_answer(struct hub *h)
{
	struct frame f;

	if (frame_read(h->port, &f))
		exit(1);
	for (int i = 0; i < MAX_CALLS; i++) {
		if (h->caller[i].id != f.call)
			continue;
		if (write_all(h->caller[i].fd, &f, HEAD + f.size))
			hub_drop(h, i, 1);
		else if (f.kind == EXITED)
			hub_drop(h, i, 0);
	}
}

static void hub(const char *port, const char *door)
{
	struct hub h = {.port = unix_socket(port, 0), .door = unix_socket(door, 1)};
	struct pollfd p[2 + MAX_CALLS];
	struct frame f;

	for (;;) {
		p[0] = (struct pollfd){h.port, POLLIN, 0};
		p[1] = (struct pollfd){h.door, POLLIN, 0};
		for (int i = 0; i < MAX_CALLS; i++)
			p[2 + i] = (struct pollfd){h.caller[i].id ? h.caller[i].fd : -1, POLLIN, 0};
		if (poll(p, 2 + MAX_CALLS, -1) < 0)
			continue;
		for (int i = 0; i < MAX_CALLS; i++) {
			if (!p[2 + i].revents)
				continue;
			if (frame_read(h.caller[i].fd, &f)) {
				hub_drop(&h, i, 1);
			} else {
				f.call = h.caller[i].id;
				write_all(h.port, &f, HEAD + f.size);
			}
		}
		if (p[0].revents)
			hub_answer(&h);
		if (p[1].revents)
			hub_accept(&h);
	}
}

/* call_answer: the exit status once the command has ended, else -1 */
static int call_answer(int fd)
{
	struct frame f;
	uint32_t code;

	if (frame_read(fd, &f)) {
		fprintf(stderr, "agent: the guest is gone\n");
		return 125;
	}
	if (f.kind == EXITED) {
		memcpy(&code, f.data, sizeof(code));
		return code;
	}
	if (write_all(f.kind == OUTPUT ? 1 : 2, f.data, f.size))
		return 125;
	return -1;
}

static int call(const char *door, int input, const char *cmd)
{
	struct pollfd p[2] = {{.fd = unix_socket(door, 0), .events = POLLIN},
			      {.fd = input ? 0 : -1, .events = POLLIN}};
	char data[MAX_DATA];
	int code = -1;
	ssize_t n;

	if (strlen(cmd) >= MAX_DATA) {
		fprintf(stderr, "agent: a command of more than %d bytes: put it into a file\n",
			MAX_DATA - 1);
		return 125;
	}
	frame_send(p[0].fd, 0, RUN, cmd, strlen(cmd));
	if (!input)
		frame_send(p[0].fd, 0, END_OF_INPUT, NULL, 0);
	while (code < 0) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents) {
			n = read(0, data, sizeof(data));
			frame_send(p[0].fd, 0, n > 0 ? INPUT : END_OF_INPUT, data, n > 0 ? n : 0);
			if (n <= 0)
				p[1].fd = -1;
		}
		if (p[0].revents)
			code = call_answer(p[0].fd);
	}
	return code;
}

static struct termios saved;

static void terminal_restore(void)
{
	tcsetattr(0, TCSANOW, &saved);
}

static int attach(const char *path)
{
	struct pollfd p[2] = {{unix_socket(path, 0), POLLIN, 0}, {0, POLLIN, 0}};
	char data[MAX_DATA];
	struct termios raw;
	ssize_t n;

	if (!tcgetattr(0, &saved)) {
		raw = saved;
		cfmakeraw(&raw);
		tcsetattr(0, TCSANOW, &raw);
		atexit(terminal_restore);
	}
	write_all(p[0].fd, "\r", 1);
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			if (!p[i].revents)
				continue;
			n = read(p[i].fd, data, sizeof(data));
			if (n <= 0 || (i == 1 && memchr(data, 0x1d, n)))
				return 0;
			write_all(i ? p[0].fd : 1, data, n);
		}
	}
}

static int qmp(const char *path, const char *command)
{
	FILE *f = fdopen(unix_socket(path, 0), "r+");
	char *line = NULL;
	size_t size = 0;
	int left = 2;

	setvbuf(f, NULL, _IONBF, 0);
	if (getline(&line, &size, f) < 0)
		return 125;
	fprintf(f, "{\"execute\":\"qmp_capabilities\"}\n%s\n", command);
	while (left && getline(&line, &size, f) > 0)
		if (strstr(line, "\"return\"") || strstr(line, "\"error\""))
			left--;
	if (!left)
		fputs(line, stdout);
	return left || strstr(line, "\"error\"") ? 1 : 0;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "hub"))
		hub(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "call"))
		return call(argv[2], 0, argv[3]);
	if (argc == 5 && !strcmp(argv[1], "call") && !strcmp(argv[3], "-i"))
		return call(argv[2], 1, argv[4]);
	if (argc == 3 && !strcmp(argv[1], "attach"))
		return attach(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "qmp"))
		return qmp(argv[2], argv[3]);
	fprintf(stderr, "usage: agent serve PORT | hub PORT LISTEN | call LISTEN [-i] CMD | "
			"attach SOCKET | qmp SOCKET JSON\n");
	return 64;
}
