// SPDX-License-Identifier: GPL-2.0-only
/* The vCPU: where an injection found it, and when it takes the interrupt into the guest. */
/* Counts where the vCPU is when it gets an interrupt. */
#define IN_GUEST_MODE 1 /* a value of vcpu->mode, the same since 2.6.38 */

static __always_inline void vcpu_found(const bool typed, struct rs_eventfd *e,
				       struct kvm_vcpu *vcpu)
{
	if (RS_READ(typed, vcpu, wait.task))
		RS_COUNT(e->vcpu_asleep);
	else if (RS_READ(typed, vcpu, mode) == IN_GUEST_MODE)
		RS_COUNT(e->vcpu_in_guest);
	else
		RS_COUNT(e->vcpu_in_host);
}

/* Reads one of a vCPU's counts; its name depends on the architecture. */
#define VCPU_STAT(to, typed, vcpu, field, other)                        \
	do {                                                            \
		if (bpf_core_field_exists((vcpu)->stat.field)) {        \
			to = RS_READ(typed, vcpu, stat.field);          \
			RS_APART;                                       \
		} else if (bpf_core_field_exists((vcpu)->stat.other)) { \
			to = RS_READ(typed, vcpu, stat.other);          \
			RS_APART;                                       \
		} else {                                                \
			to = 0;                                         \
			RS_APART;                                       \
		}                                                       \
	} while (0)

static __always_inline void exits_read(const bool typed, struct rs_exits *e, struct kvm_vcpu *vcpu)
{
	VCPU_STAT(e->all, typed, vcpu, exits, exits);
	VCPU_STAT(e->mmio, typed, vcpu, mmio_exits, mmio_exit_user);
	VCPU_STAT(e->io, typed, vcpu, io_exits, io_exits);
	VCPU_STAT(e->halt, typed, vcpu, halt_exits, wfi_exit_stat);
}

static __always_inline void exits_count(const bool typed, struct rs_eventfd *e,
					struct kvm_vcpu *vcpu)
{
	struct rs_exits now;

	exits_read(typed, &now, vcpu);
	if (now.all == e->exits.all)
		return;
	__sync_fetch_and_add(&e->exits_pending, now.all - e->exits.all);
	__sync_fetch_and_add(&e->exits_pending_mmio, now.mmio - e->exits.mmio);
	__sync_fetch_and_add(&e->exits_pending_io, now.io - e->exits.io);
	__sync_fetch_and_add(&e->exits_pending_halt, now.halt - e->exits.halt);
}

/* An interrupt became pending. If it was already pending, it is merged into the earlier one. */
static __always_inline void eventfd_injected(const bool typed, struct rs_eventfd *e,
					     struct kvm_vcpu *vcpu, bool pending, bool posted)
{
	u64 now = 0;

	if (rs_times) {
		now = bpf_ktime_get_ns();
		if (e->woken_ns)
			hist_add(&e->s4_s5, now - e->woken_ns);
		e->woken_ns = 0;
	}
	if (pending) {
		RS_COUNT(e->coalesced);
		return;
	}
	RS_COUNT(e->injected);
	if (posted)
		RS_COUNT(e->posted);
	if (posted || !vcpu)
		return;
	exits_read(typed, &e->exits, vcpu);
	e->injected_ns = now;
	e->entering = 1;
}

/* Notes a new route from the interrupt to its eventfd; drops the old route and the step under way
 * on it. */
static __always_inline void route_learn(struct rs_eventfd *e, u64 key, u32 intid)
{
	struct rs_route *r;

	if (e->route)
		routes_drop(e->route);
	e->route = 0;
	e->entering = 0;
	r = routes_make(key);
	if (!r)
		return;
	r->ctx = e->key;
	r->intid = intid;
	routes_publish(r, key);
	e->route = key;
}

/* Whether @key is still the route of this interrupt to this eventfd. */
static __always_inline bool route_is(struct rs_eventfd *e, u64 key, u32 intid)
{
	struct rs_route *r;

	if (e->route != key)
		return false;
	r = routes_find(key);
	return r && r->intid == intid && r->ctx == e->key;
}

/* The eventfd that route @key leads to; NULL if it is another interrupt now. */
static __always_inline struct rs_eventfd *route_eventfd(u64 key, u32 intid)
{
	struct rs_route *r = routes_find(key);
	struct rs_eventfd *e;

	if (!r || r->intid != intid)
		return NULL;
	e = eventfds_find(r->ctx);
	return e && e->route == key ? e : NULL;
}

/* The vCPU takes the interrupt on its way into the guest. */
static __always_inline void eventfd_entered(const bool typed, struct rs_eventfd *e,
					    struct kvm_vcpu *vcpu)
{
	if (!e->entering)
		return;
	e->entering = 0;
	if (rs_times)
		hist_add(&e->s5_run, bpf_ktime_get_ns() - e->injected_ns);
	exits_count(typed, e, vcpu);
}
