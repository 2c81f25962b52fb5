// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/module.h>
#include "toggle.h"

static void follow(const struct rs_toggle *t)
{
	if (t->on)
		t->begin();
	else
		t->end();
}

static int toggle_set(const char *text, const struct kernel_param *kp)
{
	const struct rs_toggle *t = kp->arg;
	int err = param_set_bool(text, kp);

	BUILD_BUG_ON(offsetof(struct rs_toggle, on));
	if (err)
		pr_err("%s must be y or n\n", kp->name);
	else if (t->loaded)
		follow(t);
	return err;
}

const struct kernel_param_ops rs_toggle_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = toggle_set,
	.get = param_get_bool,
};

/* The parameter may have been set when the module was loaded. */
void rs_toggle_init(struct rs_toggle *t)
{
	kernel_param_lock(THIS_MODULE);
	if (t->on)
		t->begin();
	t->loaded = true;
	kernel_param_unlock(THIS_MODULE);
}

/* The parameter can be written until the module is gone: it attaches nothing any more. */
void rs_toggle_exit(struct rs_toggle *t)
{
	kernel_param_lock(THIS_MODULE);
	t->loaded = false;
	kernel_param_unlock(THIS_MODULE);
}
