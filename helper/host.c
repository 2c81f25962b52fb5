// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "hooks.h"
#include "host.h"
#include "seen.h"
#include "sought.h"
#include "rtnl.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

#define CAP_SYS_ADMIN_BIT 21

struct host {
	struct rs_seen seen;
	struct ringside_bpf *bpf;
	uint64_t started_ns;
	int ifindex;	     /* of the tap that --tap names; 0 = all taps */
	unsigned int failed; /* attempts to attach what was loaded later */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int need_rights(struct rs_error *err)
{
	unsigned long long caps = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (f)
		fclose(f);
	if (caps & (1ULL << CAP_SYS_ADMIN_BIT))
		return 0;
	return rs_error_set(
		err, RS_EXIT_NOPERM,
		"not permitted to load BPF programs: run as root, or with CAP_SYS_ADMIN");
}

static int need_open(const struct host *h, struct rs_error *err)
{
	for (size_t i = 0; i < h->seen.scan.n; i++)
		if (rs_seen_wanted(&h->seen, &h->seen.scan.found[i]))
			return 0;
	return rs_error_set(err, RS_EXIT_NOVHOST,
			    "tap '%s' is not served: no process has one of its queues open; start "
			    "the guest",
			    h->seen.filter.tap);
}

/* Sleeps first: the scan reads the scheduler's clock from the moment when its own thread got a CPU.
 */
static int scan_files(struct host *h, struct rs_error *err)
{
	usleep(100);
	h->bpf->bss->rs_clocks_apart = 0;
	h->bpf->bss->rs_scans = ++h->seen.scans;
	rs_scan_majors(h->bpf->bss->rs_majors);
	return rs_scan_read(&h->seen.scan, bpf_link__fd(h->bpf->links.scan), err);
}

static void host_close(void *handle)
{
	struct host *h = handle;

	if (!h)
		return;
	rs_hooks_detach(h->seen.hooks);
	rs_rtnl_close(h->seen.rtnl);
	rs_scan_clear(&h->seen.scan);
	free(h);
}

/* Each process with a file that ringside knows; none if the memory does not suffice. */
static void fill_sought(const struct host *h, struct rs_sample *machines, struct rs_sought *s)
{
	for (size_t i = 0; i < h->seen.scan.n; i++)
		if (h->seen.scan.found[i].kind != RS_FOUND_VCPU)
			rs_seen_vm(&h->seen, machines, h->seen.scan.found[i].pid, NULL);
	*s = (struct rs_sought){.filter = &h->seen.filter,
				.netns = h->seen.netns,
				.scan = &h->seen.scan,
				.vms = machines->vms,
				.vms_n = machines->vms_n,
				.own_pids = rs_sought_own_pids()};
}

static int tell_sought(const struct host *h,
		       int (*tell)(const struct rs_sought *s, struct rs_error *err),
		       struct rs_error *err)
{
	struct rs_sample machines = {0};
	struct rs_sought s;
	int ret;

	fill_sought(h, &machines, &s);
	ret = tell(&s, err);
	rs_sample_clear(&machines);
	return ret;
}

static int host_nothing(void *handle, struct rs_error *err)
{
	return tell_sought(handle, rs_sought_nothing, err);
}

/* Counting begins: all hooks are attached. */
static int host_begin(struct host *h, struct rs_error *err)
{
	h->bpf = rs_hooks_bpf(h->seen.hooks);
	h->seen.tables.tuns = h->bpf->bss->tuns;
	h->seen.tables.vqs = h->bpf->bss->vqs;
	h->seen.tables.eventfds = h->bpf->bss->eventfds;
	h->started_ns = now_ns();
	return scan_files(h, err);
}

/* What was asked for is there. */
static int host_need(struct host *h, struct rs_error *err)
{
	if (tell_sought(h, rs_sought_check, err))
		return -1;
	return h->seen.filter.tap ? need_open(h, err) : 0;
}

static struct rs_hooks *host_attach(const struct host *h, struct rs_error *err)
{
	return rs_hooks_attach(h->ifindex, !h->seen.filter.no_times, h->seen.filter.verbose, err);
}

static int host_start(struct host *h, struct rs_error *err)
{
	h->seen.rtnl = rs_rtnl_open(err);
	if (!h->seen.rtnl)
		return -1;
	if (h->seen.filter.tap)
		h->ifindex = rs_rtnl_tap(h->seen.rtnl, h->seen.filter.tap, &h->seen.netns, err);
	if (h->ifindex < 0)
		return -1;
	h->seen.hooks = host_attach(h, err);
	return !h->seen.hooks || host_begin(h, err) || host_need(h, err) ? -1 : 0;
}

/* In so many samples modules that need each other are loaded. */
#define LATE_TRIES 3

/*
 * A module was loaded since: what it has is attached, too, and counting begins anew. While more of
 * them are being loaded it may not work yet: then all stays as it is until the next sample.
 */
static int host_again(struct host *h, struct rs_error *err)
{
	struct rs_error later = {0};
	struct rs_hooks *hooks = host_attach(h, &later);

	if (!hooks && ++h->failed < LATE_TRIES)
		return scan_files(h, err);
	if (!hooks) {
		*err = later;
		return -1;
	}
	h->failed = 0;
	rs_hooks_detach(h->seen.hooks);
	h->seen.hooks = hooks;
	return host_begin(h, err);
}

static int host_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	struct host *h;

	if (need_rights(err))
		return -1;
	h = calloc(1, sizeof(*h));
	if (!h)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	h->seen.filter = *filter;
	if (host_start(h, err)) {
		host_close(h);
		return -1;
	}
	*handle = h;
	return 0;
}

static int host_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	struct host *h = handle;
	bool late = h->seen.filter.repeats && rs_hooks_late(h->seen.hooks), e;

	if (rs_rtnl_refresh(h->seen.rtnl, err) || (late ? host_again(h, err) : scan_files(h, err)))
		return -1;
	s->time_ns = rs_num_of(now_ns());
	s->started_ns = rs_num_of(h->started_ns);
	e = rs_seen_fill(&h->seen, s) || rs_hooks_fill(h->seen.hooks, rs_seen_macvtap(&h->seen), s);
	rs_rtnl_again(h->seen.rtnl, s);
	rs_rtnl_leave(h->seen.rtnl);
	if (e)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	return 0;
}

const struct rs_source rs_host_source = {
	.side = RS_SIDE_HOST,
	.open = host_open,
	.sample = host_sample,
	.nothing = host_nothing,
	.close = host_close,
};

static bool check_rights(rs_check_fn row, void *ctx)
{
	struct rs_error err = {0};
	struct rs_check check = {.what = "rights", .works = !need_rights(&err)};

	check.why = check.works ? NULL : err.text;
	check.fix = check.works ? NULL : "run as root";
	row(ctx, &check);
	return check.works;
}

/* All that comes behind the hooks: links, the scan of open files, one sample. */
static bool check_sample(struct host *h, rs_check_fn row, void *ctx)
{
	struct rs_sample s = {0};
	struct rs_error err = {0};
	struct rs_check check = {.what = "first sample"};

	h->seen.rtnl = rs_rtnl_open(&err);
	check.works = h->seen.rtnl && !host_begin(h, &err) && !host_sample(h, &s, &err);
	check.why = check.works ? NULL : err.text;
	row(ctx, &check);
	rs_sample_clear(&s);
	return check.works;
}

int rs_host_check(rs_check_fn row, void *ctx)
{
	bool works = check_rights(row, ctx), hooks_work;
	struct host *h = calloc(1, sizeof(*h));

	if (!h)
		return -1;
	h->seen.hooks = rs_hooks_check(row, ctx, &hooks_work);
	works &= hooks_work;
	if (h->seen.hooks)
		works &= check_sample(h, row, ctx);
	host_close(h);
	return works ? 0 : -1;
}
