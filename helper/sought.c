// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sought.h"

/* The inode of the first PID namespace: a constant of the kernel's interface. */
#define FIRST_PID_NS 0xEFFFFFFCUL

#define HOST_PIDS                                                                               \
	"ringside runs in a PID namespace of its own and cannot see the host's processes: run " \
	"it on the host, or in a container that has the host's PID namespace"

/* A list for a message; what does not fit is counted. */
struct list {
	char text[280];
	size_t len;
	size_t left_out;
};

static void list_add(struct list *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void list_add(struct list *l, const char *fmt, ...)
{
	size_t room = sizeof(l->text) - l->len - sizeof(", and 4294967295 more");
	char item[160];
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(item, sizeof(item), fmt, args);
	va_end(args);
	len = strlen(item);
	if (l->left_out || len + 2 > room) {
		l->left_out++;
		return;
	}
	l->len += sprintf(l->text + l->len, "%s%s", l->len ? ", " : "", item);
}

static const char *list_end(struct list *l)
{
	if (l->left_out)
		sprintf(l->text + l->len, ", and %u more", (unsigned int)l->left_out);
	return l->text;
}

static void vms_tell(const struct rs_sought *s, struct list *l)
{
	for (size_t i = 0; i < s->vms_n; i++) {
		const struct rs_vm *vm = &s->vms[i];

		list_add(l, "%s%s%s (%sprocess %llu)", *vm->name ? vm->name : vm->comm,
			 *vm->uuid ? " " : "", vm->uuid, *vm->name ? "" : "no name, ",
			 (unsigned long long)vm->pid.value);
	}
	list_end(l);
}

static bool is_tap_wanted(const struct rs_sought *s, const struct rs_found *f)
{
	return f->kind == RS_FOUND_TUN && !f->tun.detached &&
	       (!s->filter->tap || (!strcmp(s->filter->tap, f->tun.name) &&
				    (!f->tun.netns || !s->netns || f->tun.netns == s->netns)));
}

static int queue_check(const struct rs_sought *s, struct rs_error *err)
{
	struct list l = {0};
	bool found = false;
	char has[64];

	for (size_t i = 0; i < s->scan->n; i++) {
		const struct rs_found *f = &s->scan->found[i];

		if (f->kind == RS_FOUND_VDPA && !s->filter->tap)
			found |= f->vdpa.index / 2 == s->filter->queue.value;
		if (!is_tap_wanted(s, f))
			continue;
		found |= f->tun.queue == s->filter->queue.value;
		if (s->filter->tap)
			list_add(&l, "%u", f->tun.queue);
		else
			list_add(&l, "%s %u", f->tun.name, f->tun.queue);
	}
	if (found || !l.len)
		return 0;
	snprintf(has, sizeof(has), s->filter->tap ? "tap '%.40s' has no" : "no tap has",
		 s->filter->tap);
	return rs_error_set(err, RS_EXIT_NOTAP, "%s queue %llu: open queues are %s", has,
			    (unsigned long long)s->filter->queue.value, list_end(&l));
}

static bool is_vm_named(const struct rs_vm *vm, const char *name)
{
	return !strcmp(vm->name, name) || !strcmp(vm->uuid, name);
}

static int vm_missing(const struct rs_sought *s, const char *what, struct rs_error *err)
{
	struct list l = {0};

	if (s->own_pids)
		return rs_error_set(err, RS_EXIT_NOTAP, "%s; %s", what, HOST_PIDS);
	if (!s->vms_n)
		return rs_error_set(err, RS_EXIT_NOTAP,
				    "%s: no process has a KVM virtual machine or a tap open", what);
	vms_tell(s, &l);
	return rs_error_set(err, RS_EXIT_NOTAP, "%s: there are %s", what, l.text);
}

static int vm_check(const struct rs_sought *s, struct rs_error *err)
{
	char what[160];

	for (size_t i = 0; i < s->vms_n; i++)
		if (is_vm_named(&s->vms[i], s->filter->vm))
			return 0;
	snprintf(what, sizeof(what), "no virtual machine has the name or uuid '%.80s'",
		 s->filter->vm);
	return vm_missing(s, what, err);
}

static int pid_check(const struct rs_sought *s, struct rs_error *err)
{
	unsigned long long pid = s->filter->pid.value;
	char what[120], path[40];

	for (size_t i = 0; i < s->vms_n; i++)
		if (s->vms[i].pid.value == pid)
			return 0;
	snprintf(path, sizeof(path), "/proc/%llu", pid);
	snprintf(what, sizeof(what),
		 access(path, F_OK) ? "there is no process %llu"
				    : "process %llu has no virtual machine, tap or vhost-vdpa "
				      "device open",
		 pid);
	return vm_missing(s, what, err);
}

int rs_sought_check(const struct rs_sought *s, struct rs_error *err)
{
	if (s->filter->queue.known && queue_check(s, err))
		return -1;
	if (s->filter->pid.known && pid_check(s, err))
		return -1;
	return s->filter->vm ? vm_check(s, err) : 0;
}

int rs_sought_nothing(const struct rs_sought *s, struct rs_error *err)
{
	const struct rs_filter *f = s->filter;
	struct list asked = {0};
	char what[440];

	if (f->tap)
		list_add(&asked, "tap %s", f->tap);
	if (f->queue.known)
		list_add(&asked, "queue %llu", (unsigned long long)f->queue.value);
	if (f->pid.known)
		list_add(&asked, "process %llu", (unsigned long long)f->pid.value);
	if (f->vm)
		list_add(&asked, "virtual machine %s", f->vm);
	snprintf(what, sizeof(what),
		 "no virtqueue was seen%s%s: no queue of a tap or of a vhost-vdpa device, and "
		 "no call eventfd that a process wrote",
		 asked.len ? " of " : "", asked.text);
	return vm_missing(s, what, err);
}

bool rs_sought_own_pids(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino != FIRST_PID_NS;
}
