// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/slab.h>
#include "account.h"
#include "irq.h"
#include "line.h"

LIST_HEAD(rs_lines);

/* Handlers that serve every virtqueue of the device that is their dev_id. */
static const struct shared_handler {
	const char *name;
	bool asks;	/* visits its virtqueues only where the device says it was meant */
} shared_handlers[] = {
	{ "vp_vring_interrupt", false },
	{ "vp_interrupt", true },
	{ "vm_interrupt", true },
};

static const struct shared_handler *shared_handler(irq_handler_t handler)
{
	char name[40];
	unsigned int i;

	snprintf(name, sizeof(name), "%ps", (void *)handler);
	name[strcspn(name, ". ")] = '\0';
	for (i = 0; i < ARRAY_SIZE(shared_handlers); i++)
		if (!strcmp(name, shared_handlers[i].name))
			return &shared_handlers[i];
	return NULL;
}

/* What is known of the line of a queue. */
struct line {
	struct irq_desc *desc;
	const struct irqaction *action;
	const void *dev_id;
	bool own;
	bool asks;
	bool threaded;
};

/* With threadirqs and on PREEMPT_RT the handler runs in a thread, and another one wakes that. */
static bool action_serves(const struct irqaction *action, const struct rs_queue *q,
			  struct line *line)
{
	const struct shared_handler *shared = NULL;
	irq_handler_t handler = action->thread_fn ?: action->handler;

	if (action->dev_id == q->vq->vdev)
		shared = shared_handler(handler);
	line->own = handler == vring_interrupt && action->dev_id == q->vq;
	line->threaded = action->thread_fn;
	line->asks = shared && shared->asks;
	line->action = action;
	line->dev_id = action->dev_id;
	return line->own || shared;
}

static bool desc_serves(struct irq_desc *desc, const struct rs_queue *q, struct line *line)
{
	struct irqaction *action;
	unsigned long flags;
	bool serves = false;

	raw_spin_lock_irqsave(&desc->lock, flags);
	for (action = desc->action; action && !serves; action = action->next)
		serves = action_serves(action, q, line);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	line->desc = desc;
	return serves;
}

static struct irq_desc *desc_of(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	return data ? irq_data_to_desc(data) : NULL;
}

/* RCU keeps a descriptor that is being freed. */
static bool find_line(const struct rs_queue *q, struct line *line)
{
	struct irq_desc *desc;
	unsigned int i;
	bool found = false;

	for (i = 0; i < rs_irq_limit() && !found; i++) {
		rcu_read_lock();
		desc = desc_of(i);
		found = desc && desc_serves(desc, q, line);
		rcu_read_unlock();
	}
	return found;
}

static struct rs_line *line_find(const struct line *found)
{
	struct rs_line *line;

	list_for_each_entry(line, &rs_lines, list)
		if (line->desc == found->desc && line->dev_id == found->dev_id &&
		    line->action_key.ptr)
			return line;
	return NULL;
}

static struct rs_line *line_get(const struct line *found)
{
	struct rs_line *line = line_find(found);

	if (line)
		return line;
	line = kzalloc(sizeof(*line), GFP_KERNEL);
	if (!line)
		return NULL;
	line->desc = found->desc;
	line->dev_id = found->dev_id;
	line->asks = found->asks;
	line->shared = !found->own;
	line->threaded = found->threaded;
	line->irq = found->desc->irq_data.irq;
	line->rate_since_ns = ktime_get_ns();
	INIT_LIST_HEAD(&line->queues);
	list_add_tail(&line->list, &rs_lines);
	return line;
}

/* Whether the result for this queue can be told from that of the line's others. */
static bool is_told_apart(const struct rs_queue *q, const struct line *found)
{
	if (q->dir != RS_RX && q->dir != RS_TX)
		return false;
	return !rs_irq_want_shared(found->asks);
}

static void line_map(struct rs_line *line, const struct line *found)
{
	line->kernel_last = rs_line_kernel_count(line);
	rs_map_add(&rs_desc_map, &line->desc_key, line->desc);
	if (line->asks)
		rs_map_add(&rs_config_map, &line->config_key, line->dev_id);
	rs_map_add(&rs_action_map, &line->action_key, found->action);
}

/**
 * rs_line_attach - find the interrupt line of a queue and count it
 * @q: the queue
 *
 * A queue without a line of its own, or with one that cannot be found, has no
 * line and shows none. The results of a handler that runs in a thread are not
 * known. The caller holds the registry's lock.
 *
 * Return: 0, or -ENOMEM.
 */
int rs_line_attach(struct rs_queue *q)
{
	struct line found;
	struct rs_line *line;

	if (!find_line(q, &found))
		return 0;
	line = line_get(&found);
	if (!line)
		return -ENOMEM;
	q->counted = !found.threaded && (found.own || is_told_apart(q, &found));
	q->own = found.own && q->dir != RS_OTHER;
	line->users++;
	rs_queue_join(q, line);
	if (!line->action_key.ptr)
		line_map(line, &found);
	return 0;
}

/* Whether some line's handler runs in a thread. The caller holds the registry's lock. */
bool rs_line_any_threaded(void)
{
	struct rs_line *line;

	list_for_each_entry(line, &rs_lines, list)
		if (line->threaded)
			return true;
	return false;
}

/* After rs_queue_unmap(). The caller holds the registry's lock, and frees @q after a grace period. */
void rs_line_detach(struct rs_queue *q)
{
	struct rs_line *line = q->line;

	if (!line || --line->users)
		return;
	list_del(&line->list);
	kfree_rcu(line, rcu);
}
