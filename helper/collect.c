// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "both.h"
#include "bundle.h"
#include "collect.h"
#include "file.h"
#include "guest.h"
#include "klog.h"
#include "ledger_json.h"
#include "output.h"
#include "redact.h"
#include "report.h"
#include "show.h"
#include "snapshot_json.h"
#include "window.h"
#include "../kmod/version.h"

enum { PROGRAM_MS = 10000, PROGRAM_BYTES = 1 << 20, WIDTH = 160 };

#define GUEST	(1U << RS_SIDE_GUEST)
#define HOST	(1U << RS_SIDE_HOST)
#define DEBUGFS RS_GUEST_DEBUGFS "/ringside/"

/* Files and programs. What changes is taken before and after the window. */
static const struct {
	const char *name;
	unsigned int sides;
	bool changes;
	const char *path; /* NULL = a program */
	const char *argv[8];
} items[] = {
	{"interrupts", GUEST | HOST, true, "/proc/interrupts", {NULL}},
	{"softirqs", GUEST | HOST, true, "/proc/softirqs", {NULL}},
	{"softnet_stat", GUEST | HOST, true, "/proc/net/softnet_stat", {NULL}},
	{"net_dev", GUEST | HOST, true, "/proc/net/dev", {NULL}},
	{"stat", GUEST | HOST, true, "/proc/stat", {NULL}},
	{"version", GUEST | HOST, false, "/proc/version", {NULL}},
	{"os-release", GUEST | HOST, false, "/etc/os-release", {NULL}},
	{"modules", GUEST | HOST, false, NULL, {"lsmod"}},
	{"lscpu", GUEST | HOST, false, NULL, {"lscpu"}},
	{"qdiscs", GUEST | HOST, true, NULL, {"tc", "-s", "qdisc", "show"}},
	{"links", GUEST | HOST, true, NULL, {"ip", "-s", "-d", "link", "show"}},
	{"sysctl", GUEST | HOST, false, NULL, {"sysctl", "net.core"}},
	{"pci", GUEST, false, NULL, {"lspci", "-nnvv"}},
	{"queues", GUEST, false, DEBUGFS "queues", {NULL}},
	{"map", GUEST, false, DEBUGFS "map", {NULL}},
	{"polls", GUEST, false, DEBUGFS "polls", {NULL}},
	{"pollers", GUEST, false, DEBUGFS "pollers", {NULL}},
	{"irqs", GUEST, false, DEBUGFS "irqs", {NULL}},
	{"events", GUEST, false, DEBUGFS "events", {NULL}},
	{"hooks", GUEST, false, DEBUGFS "hooks", {NULL}},
	{"qemu-x86_64", HOST, false, NULL, {"qemu-system-x86_64", "--version"}},
	{"qemu-aarch64", HOST, false, NULL, {"qemu-system-aarch64", "--version"}},
};

struct collection {
	const struct rs_collect *collect;
	struct rs_bundle bundle;
	enum rs_side side; /* of this machine */
	struct rs_error *err;
};

static char *file_text(const char *path)
{
	size_t len;
	char *text = rs_file_read(path, &len);

	return text ? text : strdup("ringside: this machine does not have it\n");
}

static int put(struct collection *c, const char *name, const char *when, char *text)
{
	char file[80];

	snprintf(file, sizeof(file), "%s%s.txt", name, when);
	return rs_bundle_put(&c->bundle, file, text, c->err);
}

static int item_put(struct collection *c, size_t i, const char *when)
{
	char *text = items[i].path ? file_text(items[i].path)
				   : rs_output((char *const *)items[i].argv, PROGRAM_BYTES,
					       PROGRAM_MS, NULL);

	return put(c, items[i].name, when, text);
}

static int items_put(struct collection *c, bool before)
{
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (items[i].sides & (1U << c->side) && (items[i].changes || !before) &&
		    item_put(c, i,
			     !items[i].changes ? ""
			     : before	       ? "-before"
					       : "-after"))
			return -1;
	return 0;
}

/* A file that is printed into. */
struct page {
	FILE *out;
	char *text;
	size_t size;
};

static FILE *page_open(struct page *p)
{
	p->text = NULL;
	p->out = open_memstream(&p->text, &p->size);
	return p->out;
}

static int page_put(struct collection *c, struct page *p, const char *name)
{
	if (!p->out || fclose(p->out)) {
		free(p->text);
		p->text = NULL;
	}
	return put(c, name, "", p->text);
}

static void check_print(void *ctx, const struct rs_check *row)
{
	fprintf(ctx, "%-4s %s", row->works ? "ok" : "no", row->what);
	if (row->why)
		fprintf(ctx, ": %s", row->why);
	if (row->fix)
		fprintf(ctx, "; %s", row->fix);
	fputc('\n', ctx);
}

static int check_put(struct collection *c)
{
	struct page p;

	if (page_open(&p)) {
		fprintf(p.out, "ringside %s\n", RS_VERSION);
		c->collect->check(check_print, p.out);
	}
	return page_put(c, &p, "check");
}

static int klog_put(struct collection *c)
{
	struct page p;

	if (page_open(&p))
		rs_klog_print(p.out);
	return page_put(c, &p, "kernel-log");
}

static void cmdline_print(FILE *out, const struct rs_vm *vm)
{
	char path[64], *args;
	size_t len = 0;

	snprintf(path, sizeof(path), "/proc/%llu/cmdline", (unsigned long long)vm->pid.value);
	args = rs_file_read(path, &len);
	fprintf(out, "process %llu:\n", (unsigned long long)vm->pid.value);
	if (args)
		rs_redact_print(out, args, len);
	free(args);
}

static int cmdlines_put(struct collection *c, const struct rs_sample *s)
{
	struct page p;

	if (page_open(&p))
		for (size_t i = 0; i < s->vms_n; i++)
			if (s->vms[i].pid.known)
				cmdline_print(p.out, &s->vms[i]);
	return page_put(c, &p, "vmm-command-lines");
}

static int statistics_put(struct collection *c, const char *netdev)
{
	const char *const argv[] = {"ethtool", "-S", netdev, NULL};
	char name[48];

	snprintf(name, sizeof(name), "ethtool-%.20s", netdev);
	return put(c, name, "", rs_output((char *const *)argv, PROGRAM_BYTES, PROGRAM_MS, NULL));
}

static int interfaces_put(struct collection *c, const struct rs_sample *s)
{
	for (size_t i = 0; i < s->devices_n; i++)
		if (*s->devices[i].netdev && !strchr(s->devices[i].netdev, '/') &&
		    statistics_put(c, s->devices[i].netdev))
			return -1;
	for (size_t i = 0; i < s->taps_n; i++)
		if (*s->taps[i].name && !strchr(s->taps[i].name, '/') &&
		    statistics_put(c, s->taps[i].name))
			return -1;
	return 0;
}

static int json_put(struct collection *c, const char *name, char *text)
{
	return rs_bundle_put(&c->bundle, name, text, c->err);
}

static int answer_put(struct collection *c, const struct rs_ledger *l, const struct rs_verdict *v)
{
	struct page p;

	if (page_open(&p)) {
		struct rs_show show = {.page = {.out = p.out, .width = WIDTH}, .verbose = true};

		rs_show_ledger(&show, l, v);
	}
	if (page_put(c, &p, "findings") || json_put(c, "findings.json", rs_ledger_text(l, v)))
		return -1;
	if (l->guest && json_put(c, "guest.json", rs_snapshot_text(l->guest)))
		return -1;
	if (l->host && json_put(c, "host.json", rs_snapshot_text(l->host)))
		return -1;
	if (l->guest && l->host)
		return json_put(c, "report.html", rs_report_text(l, v));
	return 0;
}

static const struct rs_sample *own_sample(const struct collection *c, const struct rs_ledger *l)
{
	return c->side == RS_SIDE_GUEST ? &l->guest->end : &l->host->end;
}

static int after_put(struct collection *c, const struct rs_ledger *l, const struct rs_verdict *v)
{
	const struct rs_sample *s = own_sample(c, l);

	if (items_put(c, false) || answer_put(c, l, v) || interfaces_put(c, s) || klog_put(c))
		return -1;
	return c->side == RS_SIDE_HOST ? cmdlines_put(c, s) : 0;
}

/* Called with the snapshot of one side. */
static int one_done(void *ctx, const struct rs_snapshot *s, struct rs_error *err)
{
	bool is_guest = s->side == RS_SIDE_GUEST;
	struct collection *c = ctx;
	struct rs_verdict v;
	struct rs_ledger l;
	int ret;

	if (rs_ledger_make(&l, is_guest ? s : NULL, is_guest ? NULL : s, NULL, err))
		return -1;
	ret = rs_verdict_reach(&v, &l, err);
	if (!ret) {
		ret = after_put(c, &l, &v);
		rs_verdict_clear(&v);
	}
	rs_ledger_clear(&l);
	return ret;
}

static int one_collect(struct collection *c)
{
	const struct rs_window window = {.duration_ns = c->collect->duration_ns,
					 .needs_queues = true,
					 .takes_unseen = true,
					 .progress = !c->collect->quiet};
	struct rs_child none;

	return rs_window_run(c->collect->source, &c->collect->filter, &window, one_done, c, &none,
			     c->err);
}

static int both_window(struct collection *c, struct rs_both *b)
{
	struct rs_judged j;
	int ret;

	if (rs_both_step(b, c->err)) /* what attaching took is not of the window */
		return -1;
	if (!c->collect->quiet)
		fputs("counting\n", stderr);
	rs_window_wait(rs_window_now() + c->collect->duration_ns);
	if (rs_both_step(b, c->err) || rs_both_judge(b, &j, c->err))
		return -1;
	ret = after_put(c, &j.ledger, &j.verdict);
	rs_judged_clear(&j);
	return ret;
}

static int both_collect(struct collection *c)
{
	struct rs_both b;
	int ret;

	if (rs_both_open(&b, c->collect->source, &c->collect->filter, c->err))
		return -1;
	ret = both_window(c, &b);
	rs_both_close(&b);
	return ret;
}

static int all_collect(struct collection *c)
{
	if (check_put(c) || items_put(c, true))
		return -1;
	if (c->collect->filter.cid.known ? both_collect(c) : one_collect(c))
		return -1;
	return rs_bundle_pack(&c->bundle, c->err);
}

/* "ringside-web1-20260115-103000.tar.zst" */
static const char *name_of(const struct rs_collect *collect, char *text, size_t size)
{
	time_t now = time(NULL);
	char host[RS_STR_LEN] = "", when[32] = "";
	struct tm tm;

	if (collect->output)
		return collect->output;
	gethostname(host, sizeof(host) - 1);
	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	snprintf(text, size, "ringside-%s-%s.tar.zst", host, when);
	return text;
}

int rs_collect_run(const struct rs_collect *collect, struct rs_error *err)
{
	struct collection c = {.collect = collect, .side = collect->source->side, .err = err};
	char name[128];
	int ret;

	rs_window_arm();
	if (rs_bundle_open(&c.bundle, name_of(collect, name, sizeof(name)), err))
		return -1;
	ret = all_collect(&c);
	rs_bundle_close(&c.bundle);
	if (!ret && !collect->quiet)
		fprintf(stderr, "ringside: %d files in %s\n", c.bundle.files, c.bundle.out);
	return ret;
}
