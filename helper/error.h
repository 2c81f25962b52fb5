/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_ERROR_H
#define RS_ERROR_H

/*
 * Every way ringside can end: name, exit status, meaning. The numbers from 64
 * on are those of sysexits.h. The man page's EXIT STATUS lists the same rows,
 * and a test compares the two.
 */
#define RS_EXITS(X)                                                                           \
	X(OK, 0, "nothing wrong was found")                                                   \
	X(ERROR, 1, "an error not listed below")                                              \
	X(VERDICT, 2, "a verdict was reached: at least one queue does not add up")            \
	X(CANNOT, 4, "this kernel or machine cannot do what was asked; the message says why") \
	X(USAGE, 64, "wrong command, option or argument")                                     \
	X(DATA, 65, "a snapshot is broken or of an unknown format")                           \
	X(NOINPUT, 66, "a snapshot cannot be opened or read")                                 \
	X(NOTAP, 68,                                                                          \
	  "no such tap, virtual machine or queue, or they are gone when the window ends")     \
	X(NOVHOST, 69, "the tap is not served by vhost-net")                                  \
	X(NOBTF, 72, "the kernel or one of its modules has no type information (BTF)")        \
	X(NOOUTPUT, 73, "the output file cannot be created")                                  \
	X(IO, 74, "writing failed, for instance on a full disk")                              \
	X(MISMATCH, 76, "the two snapshots are not of the same virtual machine")              \
	X(NOPERM, 77, "not permitted: root, or a capability, is needed")                      \
	X(NOTSETUP, 78, "the module is not loaded, or debugfs is not mounted")

enum rs_exit {
#define X(name, status, meaning) RS_EXIT_##name = status,
	RS_EXITS(X)
#undef X
};

/* What went wrong: status for the shell, and one sentence saying what, where, what to do. */
struct rs_error {
	enum rs_exit status;
	char text[512];
};

/**
 * rs_error_set() - note an error; the first one set is kept
 * @err: where to; zeroed by the caller before the first use
 * @status: never RS_EXIT_OK
 * @fmt: printf format of one sentence, without full stop or line feed at its end
 *
 * Return: -1, so that a function can `return rs_error_set(...)`.
 */
int rs_error_set(struct rs_error *err, enum rs_exit status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
