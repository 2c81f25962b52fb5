// SPDX-License-Identifier: GPL-2.0-only
/* KVM on x86: the local APIC accepts the interrupt, or it is already pending; later the vCPU takes
 * it. */
#define MSI_VECTOR 0xff
#define APIC_IRR   0x200 /* the architecture's register map: 256 bits, 32 to each 16 bytes */

static __always_inline bool irr_is_set(const bool typed, struct kvm_lapic *apic, u32 vector)
{
	u64 regs = RS_ADDRESS(RS_READ(typed, apic, regs));

	return (peek(regs + APIC_IRR + (vector >> 5) * 0x10) >> (vector & 31)) & 1;
}

/* The bits of the posted-interrupt descriptor of Intel's VMX; 0 = not known where. */
static __always_inline u64 pir_at(u64 vcpu)
{
	if (bpf_core_field_exists(((struct vcpu_vmx *)0)->pi_desc))
		return RS_AT(vcpu, struct vcpu_vmx, pi_desc.pir);
	if (bpf_core_field_exists(((struct vcpu_vmx___vt *)0)->vt.pi_desc))
		return RS_AT(vcpu, struct vcpu_vmx___vt, vt.pi_desc.pir);
	return 0;
}

/* A posted interrupt is pending in the posted-interrupt descriptor, not in the APIC. */
static __always_inline bool pir_is_set(u64 vcpu, u32 vector)
{
	u64 pir = pir_at(vcpu);

	return pir && (peek(pir + ((vector >> 5) & 7) * 4) >> (vector & 31)) & 1;
}

/* Whether the hardware delivers the interrupt: then KVM does not see the vCPU take it. */
static __always_inline bool is_posted(const bool typed, struct kvm_lapic *apic)
{
	bool posted = false;

	if (bpf_core_field_exists(apic->apicv_active)) {
		posted = RS_READ(typed, apic, apicv_active);
		RS_APART;
	}
	return posted;
}

static __always_inline int apic_accept(const bool typed, struct kvm_lapic *apic, u32 vector,
				       bool vmx)
{
	struct rs_waking *w = waking_here();
	struct rs_eventfd *e = eventfd_injecting(w);
	struct kvm_vcpu *vcpu;
	u64 key;

	if (!e)
		return 0;
	if ((e->data & MSI_VECTOR) != vector && w->irqfd)
		eventfd_route(e, w->irqfd);
	if ((e->data & MSI_VECTOR) != vector)
		return 0;
	vcpu = RS_READ(typed, apic, vcpu);
	key = RS_ADDRESS(vcpu) + (vector & MSI_VECTOR);
	if (e->route != key) {
		if (e->route)
			RS_COUNT(e->moved);
		route_learn(e, key, 0);
	}
	vcpu_found(typed, e, vcpu);
	eventfd_injected(typed, e, vcpu,
			 irr_is_set(typed, apic, vector) ||
				 (vmx && pir_is_set(RS_ADDRESS(vcpu), vector)),
			 is_posted(typed, apic));
	return 0;
}

RS_HOOK4(svm_deliver_interrupt, struct kvm_lapic *, apic, int, mode, int, trigger, u32, vector)
{
	return apic_accept(typed, apic, vector, false);
}

RS_HOOK4(vmx_deliver_interrupt, struct kvm_lapic *, apic, int, mode, int, trigger, u32, vector)
{
	return apic_accept(typed, apic, vector, true);
}

static __always_inline int vcpu_inject(const bool typed, struct kvm_vcpu *vcpu)
{
	struct rs_eventfd *e;
	u64 vector;

	if (!bpf_core_field_exists(vcpu->arch.interrupt.nr))
		return 0;
	vector = RS_READ(typed, vcpu, arch.interrupt.nr);
	e = route_eventfd(RS_ADDRESS(vcpu) + vector, 0);
	if (e)
		eventfd_entered(typed, e, vcpu);
	return 0;
}

RS_HOOK1(svm_inject_irq, struct kvm_vcpu *, vcpu)
{
	return vcpu_inject(typed, vcpu);
}

RS_HOOK1(vmx_inject_irq, struct kvm_vcpu *, vcpu)
{
	return vcpu_inject(typed, vcpu);
}
