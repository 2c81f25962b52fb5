/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_ERROR_H
#define RS_ERROR_H

/*
 * Each exit status: name, number, meaning. The numbers from 64 on are those of sysexits.h. The man
 * page lists the same rows; a test compares both.
 */
#define RS_EXITS(X)                                                                                \
	X(OK, 0, "nothing wrong was found")                                                        \
	X(ERROR, 1, "an error not listed below")                                                   \
	X(VERDICT, 2,                                                                              \
	  "a fault was found: at least one verdict that names it and is not suppressed")           \
	X(UNDECIDED, 3,                                                                            \
	  "nothing could be judged: no queue moved, no comparable counts, or no decided verdict")  \
	X(CANNOT, 4, "this kernel or machine cannot do this; the message says why")                \
	X(USAGE, 64, "wrong command, option or argument")                                          \
	X(DATA, 65, "a snapshot is broken or has an unknown format")                               \
	X(NOINPUT, 66, "a snapshot cannot be opened or read")                                      \
	X(NOGUEST, 67, "nobody answers in the guest: its agent does not run, or the guest hangs")  \
	X(NOTAP, 68, "no such tap, virtual machine or queue, or it disappeared within the window") \
	X(NOVHOST, 69, "no process has a queue of the tap open")                                   \
	X(NOBTF, 72, "the kernel or one of its modules has no type information (BTF)")             \
	X(NOOUTPUT, 73, "the output file cannot be created")                                       \
	X(IO, 74, "writing failed, for instance on a full disk")                                   \
	X(MISMATCH, 76,                                                                            \
	  "no virtqueue of the guest's snapshot is in the host's: two machines, or other rings")   \
	X(NOPERM, 77, "not permitted: root, or a capability, is needed")                           \
	X(NOTSETUP, 78, "the module is not loaded, or debugfs is not mounted")                     \
	X(NOEXEC, 126, "COMMAND cannot be run")                                                    \
	X(NOCOMMAND, 127, "COMMAND was not found")

enum rs_exit {
#define X(name, status, meaning) RS_EXIT_##name = status,
	RS_EXITS(X)
#undef X
};

/* An error: the exit status, and one sentence that says what is wrong, where, and what to do. */
struct rs_error {
	enum rs_exit status;
	char text[512];
};

/**
 * rs_error_set() - set an error; the first one stays
 * @err: the caller zeroes it before the first use
 * @status: never RS_EXIT_OK
 * @fmt: printf format of one sentence, without a full stop or a line feed at the end
 *
 * Return: -1, so that a function can `return rs_error_set(...)`.
 */
int rs_error_set(struct rs_error *err, enum rs_exit status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
