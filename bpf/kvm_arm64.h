/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM on arm64: the vgic queues the LPI, then writes it into a list register. Both hold the LPI's
 * lock. */
#define LPI_FIRST 8192 /* the architecture's first LPI */

/* A guest may move its queue to another LPI: the one before is forgotten. */
RS_HOOK2(vgic_queue_irq_unlock, struct kvm *, kvm, struct vgic_irq *, irq)
{
	u32 intid = RS_READ(typed, irq, intid);
	u64 key = RS_ADDRESS(irq);
	struct kvm_vcpu *vcpu;
	struct rs_call *c;

	if (intid < LPI_FIRST)
		return 0;
	c = call_injecting(waking_here());
	if (!c || c->kvm != RS_ADDRESS(kvm))
		return 0;
	if (!route_is(c, key, intid))
		route_learn(c, key, intid);
	vcpu = RS_READ(typed, irq, target_vcpu);
	if (vcpu)
		vcpu_found(typed, c, vcpu);
	call_injected(typed, c, vcpu, c->pending, false);
	c->pending = 1;
	return 0;
}

RS_HOOK2(vgic_v3_populate_lr, struct kvm_vcpu *, vcpu, struct vgic_irq *, irq)
{
	u32 intid = RS_READ(typed, irq, intid);
	struct rs_call *c;

	if (intid < LPI_FIRST)
		return 0;
	c = route_call(RS_ADDRESS(irq), intid);
	if (!c)
		return 0;
	RS_COUNT(c->populated);
	c->pending = 0;
	call_entered(typed, c, vcpu);
	return 0;
}
