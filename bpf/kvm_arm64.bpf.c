// SPDX-License-Identifier: GPL-2.0-only
/* KVM on arm64: the vgic queues the LPI, then writes it into a list register. Both functions hold
 * the LPI's lock. */
#define LPI_FIRST 8192 /* the architecture's first LPI */

/* A guest may move its queue to another LPI: then the old route is dropped. */
RS_HOOK2(vgic_queue_irq_unlock, struct kvm *, kvm, struct vgic_irq *, irq)
{
	u32 intid = RS_READ(typed, irq, intid);
	u64 key = RS_ADDRESS(irq);
	struct kvm_vcpu *vcpu;
	struct rs_eventfd *e;

	if (intid < LPI_FIRST)
		return 0;
	e = eventfd_injecting(waking_here());
	if (!e || e->kvm != RS_ADDRESS(kvm))
		return 0;
	if (!route_is(e, key, intid))
		route_learn(e, key, intid);
	vcpu = RS_READ(typed, irq, target_vcpu);
	if (vcpu)
		vcpu_found(typed, e, vcpu);
	eventfd_injected(typed, e, vcpu, e->pending, false);
	e->pending = 1;
	return 0;
}

RS_HOOK2(vgic_v3_populate_lr, struct kvm_vcpu *, vcpu, struct vgic_irq *, irq)
{
	u32 intid = RS_READ(typed, irq, intid);
	struct rs_eventfd *e;

	if (intid < LPI_FIRST)
		return 0;
	e = route_eventfd(RS_ADDRESS(irq), intid);
	if (!e)
		return 0;
	RS_COUNT(e->populated);
	e->pending = 0;
	eventfd_entered(typed, e, vcpu);
	return 0;
}
