// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches an XDP program to an interface while a command runs, or until it is ended. The
 * programs are a few instructions each, written down here; the driver must run them itself.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket.h"

#define SKIPPED	   4
#define QUEUES_MAX 64
#define BPF_XDP_AT 37 /* enum bpf_attach_type's BPF_XDP */

#define INSN(...)	   ((struct bpf_insn){__VA_ARGS__})
#define MOV(to, number)	   INSN(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number)
#define LOAD(to, from, at) INSN(BPF_LDX | BPF_MEM | BPF_W, to, from, at, 0)
#define LOAD_MAP(to, fd) \
	INSN(BPF_LD | BPF_DW | BPF_IMM, to, BPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)
#define CALL(function) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define EXIT	       INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int program_load(const struct bpf_insn *insns, unsigned int n)
{
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_XDP,
			       .insns = (uintptr_t)insns,
			       .insn_cnt = n,
			       .license = (uintptr_t) "GPL"};

	return bpf(BPF_PROG_LOAD, &attr);
}

static int program_return(int action)
{
	const struct bpf_insn insns[] = {MOV(0, action), EXIT};

	return program_load(insns, 2);
}

static int program_redirect(int ifindex)
{
	const struct bpf_insn insns[] = {MOV(1, ifindex), MOV(2, 0), CALL(BPF_FUNC_redirect), EXIT};

	return program_load(insns, 4);
}

/* To the socket of the packet's queue; without one it passes. */
static int program_sockets(int map)
{
	const struct bpf_insn insns[] = {LOAD(2, 1, offsetof(struct xdp_md, rx_queue_index)),
					 LOAD_MAP(1, map), MOV(3, XDP_PASS),
					 CALL(BPF_FUNC_redirect_map), EXIT};

	return program_load(insns, 6);
}

static int sockets_map(void)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_XSKMAP,
			       .key_size = 4,
			       .value_size = 4,
			       .max_entries = QUEUES_MAX};

	return bpf(BPF_MAP_CREATE, &attr);
}

static int socket_add(int map, uint32_t queue, int fd)
{
	union bpf_attr attr = {.map_fd = map, .key = (uintptr_t)&queue, .value = (uintptr_t)&fd};

	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static int attach(int program, int ifindex)
{
	union bpf_attr attr = {.link_create = {.prog_fd = program,
					       .target_ifindex = ifindex,
					       .attach_type = BPF_XDP_AT,
					       .flags = XDP_FLAGS_DRV_MODE}};

	return bpf(BPF_LINK_CREATE, &attr);
}

static void die(const char *what)
{
	int skipped = errno == EOPNOTSUPP || errno == EAFNOSUPPORT || errno == ENOSYS;

	fprintf(stderr, "xdp: %s: %s\n", what, strerror(errno));
	exit(skipped ? SKIPPED : 1);
}

static int device(const char *name)
{
	int ifindex = if_nametoindex(name);

	if (!ifindex)
		die(name);
	return ifindex;
}

/* The number behind "ACTION:". */
static const char *argument(const char *action)
{
	const char *colon = strchr(action, ':');

	return colon ? colon + 1 : "0";
}

static int program_of(const char *action, int map)
{
	static const char *const names[] = {
		[XDP_ABORTED] = "abort", [XDP_DROP] = "drop", [XDP_PASS] = "pass", [XDP_TX] = "tx"};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(action, names[i]))
			return program_return(i);
	if (!strncmp(action, "redirect:", 9))
		return program_redirect(device(argument(action)));
	return program_sockets(map);
}

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

/* Serves a socket, where there is one, until the command or this process is ended. */
static int wait_for(pid_t pid, struct xsk *socket)
{
	int status = 0;

	while (!ended && (pid < 0 || waitpid(pid, &status, WNOHANG) != pid)) {
		if (socket)
			xsk_serve(socket);
		else
			usleep(1000);
	}
	if (socket)
		printf("received=%lu completed=%lu\n", socket->received, socket->completed);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static pid_t command_start(char **argv)
{
	pid_t pid = argv[0] ? fork() : -1;

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

int main(int argc, char **argv)
{
	const char *action = argc > 2 ? argv[2] : "";
	bool copy = !strncmp(action, "copy:", 5), zero_copy = !strncmp(action, "zero-copy:", 10);
	struct xsk socket = {.fd = -1};
	int ifindex, map, program, link, queue, status;

	if (argc < 3) {
		fprintf(stderr,
			"usage: xdp INTERFACE ACTION [COMMAND...]\n"
			"  ACTION: drop, pass, tx, redirect:INTERFACE, or an AF_XDP socket\n"
			"  that sends back: copy:QUEUE, zero-copy:QUEUE\n"
			"exit status: the command's; 4 where the kernel has no such thing\n");
		return 64;
	}
	ifindex = device(argv[1]);
	queue = atoi(argument(action));
	map = sockets_map();
	program = program_of(action, map);
	if (program < 0)
		die("the program is not taken");
	link = attach(program, ifindex);
	if (link < 0)
		die("the interface does not take it");
	if ((copy || zero_copy) && xsk_open(&socket, ifindex, queue, zero_copy))
		die("there is no such socket");
	if (socket.fd >= 0 && socket_add(map, queue, socket.fd))
		die("the socket does not fit the interface");
	signal(SIGTERM, end);
	status = wait_for(command_start(argv + 3), socket.fd >= 0 ? &socket : NULL);
	if (socket.fd >= 0)
		close(socket.fd);
	close(link);
	return status;
}
