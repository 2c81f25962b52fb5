// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/sched.h>
#include "hook.h"
#include "widen.h"

static DEFINE_MUTEX(hook_lock);
static LIST_HEAD(sets);
static bool closed;	/* nothing is attached any more */

#define for_each_hook(set, h)							\
	list_for_each_entry(set, &sets, list)					\
		for ((h) = (set)->hooks; (h) < (set)->hooks + (set)->n; (h)++)

/* ftrace says -EINVAL where no function has the name, -ENODEV where it is not there. */
static enum rs_hook_state attach_state(const struct rs_hook *h, int err)
{
	if (!err)
		return RS_ATTACHED;
	if (err != -ENOENT && err != -EINVAL && err != -ENODEV)
		return RS_FAILED;
	return h->if_present ? RS_STANDBY : RS_ABSENT;
}

static int hook_attach(struct rs_hook *h)
{
	unsigned int i;
	int err = -ENOENT;

	if (closed || h->going)
		return -ESHUTDOWN;
	for (i = 0; i < ARRAY_SIZE(h->symbols) && h->symbols[i] && err; i++) {
		h->symbol = h->symbols[i];
		err = rs_attach_kinds[h->kind].attach(h);
	}
	WRITE_ONCE(h->state, attach_state(h, err));
	return err;
}

/* Of a hook that is not attached, and was not tried. */
static enum rs_hook_state idle_state(const struct rs_hook *h)
{
	return h->on_demand && rs_attach_kinds[h->kind].there ? RS_STANDBY : RS_ABSENT;
}

/* False: it stays attached. */
static bool hook_detach(struct rs_hook *h)
{
	if (h->state == RS_ATTACHED && rs_attach_kinds[h->kind].detach(h))
		return false;
	WRITE_ONCE(h->state, idle_state(h));
	return true;
}

/**
 * rs_hook_want - attach the hooks with this handler that wait for their use
 * @handler: as in their rows
 *
 * Return: 0 when all of them are attached; -ENOENT when one is not there.
 */
int rs_hook_want(const void *handler)
{
	struct rs_hook_set *set;
	struct rs_hook *h;
	int err = 0;

	mutex_lock(&hook_lock);
	for_each_hook(set, h) {
		if (h->handler != handler)
			continue;
		h->wanted = true;
		if (h->state != RS_ATTACHED && !err)
			err = hook_attach(h);
	}
	mutex_unlock(&hook_lock);
	return err;
}

/* Those hooks are not needed any more. */
void rs_hook_drop(const void *handler)
{
	struct rs_hook_set *set;
	struct rs_hook *h;

	mutex_lock(&hook_lock);
	for_each_hook(set, h) {
		if (h->handler != handler)
			continue;
		h->wanted = false;
		hook_detach(h);
	}
	mutex_unlock(&hook_lock);
}

/* Drivers may be loaded after ringside: what was absent may be there now. */
void rs_hook_retry(void)
{
	struct rs_hook_set *set;
	struct rs_hook *h;

	mutex_lock(&hook_lock);
	for_each_hook(set, h)
		if (h->state != RS_ATTACHED && (!h->on_demand || h->wanted))
			hook_attach(h);
	mutex_unlock(&hook_lock);
}

static void set_module_gone(struct rs_hook_set *set, const char *name)
{
	struct rs_hook *h;
	bool gone = false;

	for (h = set->hooks; h < set->hooks + set->n; h++) {
		if (!h->module || strcmp(h->module, name))
			continue;
		hook_detach(h);
		h->going = true;
		gone = true;
	}
	if (gone && set->gone)
		set->gone();
}

static void set_module_coming(struct rs_hook_set *set, const char *name)
{
	struct rs_hook *h;

	for (h = set->hooks; h < set->hooks + set->n; h++)
		if (h->module && !strcmp(h->module, name))
			h->going = false;
}

/*
 * A filter holds addresses, which mean nothing once the module is gone; ftrace
 * still knows its functions for a while after this.
 */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *module = data;
	struct rs_hook_set *set;

	mutex_lock(&hook_lock);
	list_for_each_entry(set, &sets, list) {
		if (event == MODULE_STATE_GOING)
			set_module_gone(set, module->name);
		else if (event == MODULE_STATE_COMING)
			set_module_coming(set, module->name);
	}
	mutex_unlock(&hook_lock);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = module_event };

/* A hook that must be there could not be attached: why, in one line. */
static int refuse(const struct rs_hook *h, int err)
{
	if (h->state == RS_FAILED) {
		pr_err("cannot hook %s: error %d; is kernel.ftrace_enabled 1, and is there memory?\n",
		       h->symbol, err);
		return err;
	}
	pr_err("cannot hook %s, which this kernel does not let be traced; see available_filter_functions in tracefs\n",
	       h->symbols[0]);
	return -ENOENT;
}

static int hook_first_attach(struct rs_hook *h)
{
	int err;

	h->state = idle_state(h);
	if (h->on_demand)
		return 0;
	err = hook_attach(h);
	return err && h->needed ? refuse(h, err) : 0;
}

/**
 * rs_hook_add - attach the rows of a file
 * @set: its rows
 *
 * Return: 0; with one line in the log where a needed one is missing: -ENOENT, or
 * the errno with which the kernel refused it. What was attached stays so until
 * rs_hook_exit().
 */
int rs_hook_add(struct rs_hook_set *set)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&hook_lock);
	list_add_tail(&set->list, &sets);
	for (i = 0; i < set->n && !err; i++)
		err = hook_first_attach(&set->hooks[i]);
	mutex_unlock(&hook_lock);
	return err;
}

int rs_hook_init(void)
{
	int err = register_module_notifier(&module_nb);

	if (err)
		pr_err("cannot follow modules that come and go: error %d\n", err);
	return err;
}

/**
 * rs_hook_exit - detach all hooks, and attach none any more
 *
 * Return: true when no handler runs, and none will; false where the kernel does not
 * let go of all of them. Then the module must stay: see rs_hook_stay().
 */
bool rs_hook_exit(void)
{
	struct rs_hook_set *set;
	bool detached = true;
	unsigned int i;

	unregister_module_notifier(&module_nb);
	mutex_lock(&hook_lock);
	closed = true;
	rs_widen();
	list_for_each_entry_reverse(set, &sets, list)
		for (i = set->n; i--;)
			detached &= hook_detach(&set->hooks[i]);
	mutex_unlock(&hook_lock);
	return detached;
}

/*
 * The function tracer stops for good after an inconsistency (ftrace_kill()); what
 * is attached then stays attached. The module's code must stay, too: this does not return.
 */
void rs_hook_stay(void)
{
	pr_err("cannot detach all hooks: the function tracer refuses; ringside stays loaded, and counts nothing, until the next boot\n");
	for (;;) {
		set_current_state(TASK_IDLE);
		schedule();
	}
}

static void info_fill(const struct rs_hook *h, struct rs_hook_info *info)
{
	static const char * const states[] = {
		[RS_ABSENT] = "absent", [RS_ATTACHED] = "attached",
		[RS_FAILED] = "failed", [RS_STANDBY] = "standby",
	};

	info->symbol = h->symbol ?: h->symbols[0];
	info->kind = rs_attach_kinds[h->kind].name;
	info->state = states[h->state];
	info->standby = h->state == RS_STANDBY;
	info->loses = h->loses;
	info->missed_known = h->state == RS_ATTACHED && rs_attach_kinds[h->kind].missed(h, &info->missed);
}

/* Hook @i of all; false past the last one. */
bool rs_hook_info(unsigned int i, struct rs_hook_info *info)
{
	struct rs_hook_set *set;
	bool found = false;

	mutex_lock(&hook_lock);
	list_for_each_entry(set, &sets, list) {
		if (i < set->n) {
			info_fill(&set->hooks[i], info);
			found = true;
			break;
		}
		i -= set->n;
	}
	mutex_unlock(&hook_lock);
	return found;
}

/* Whether the first hook with this handler is attached. The engine only adds rows. */
bool rs_hook_attached(const void *handler)
{
	struct rs_hook_set *set;
	struct rs_hook *h;

	for_each_hook(set, h)
		if (h->handler == handler)
			return READ_ONCE(h->state) == RS_ATTACHED;
	return false;
}
