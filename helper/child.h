/* SPDX-License-Identifier: GPL-2.0-only */
/* A command that runs while its window is counted. */
#ifndef RS_CHILD_H
#define RS_CHILD_H

#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

struct rs_child {
	pid_t pid;  /* 0 = it does not run */
	int status; /* of its end, as wait() has it */
};

/* Starts argv[0], sought in PATH. Return: 0, or -1 with RS_EXIT_NOCOMMAND or RS_EXIT_NOEXEC. */
int rs_child_start(struct rs_child *c, char *const *argv, struct rs_error *err);

/* Starts a program with no signal blocked: a window blocks SIGCHLD. @actions may be NULL. Return: 0
 * or an errno. */
int rs_child_spawn(pid_t *pid, char *const *argv, const posix_spawn_file_actions_t *actions);

/* Whether it still runs. */
bool rs_child_runs(struct rs_child *c);

/* Waits for its end, if it runs. */
void rs_child_wait(struct rs_child *c);

/* Return: its exit status as a shell has it: 128 and the number of the signal that ended it. */
int rs_child_exit(const struct rs_child *c);

#endif
