/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM on x86: the local APIC accepts the interrupt, or has it already; later the vCPU takes it. */
#define MSI_VECTOR 0xff
#define APIC_IRR   0x200 /* the architecture's register map: 256 bits, 32 to each 16 bytes */

static __always_inline bool irr_is_set(u64 apic, u32 vector)
{
	u64 regs = RS_PEEK(apic, struct kvm_lapic, regs);

	return (peek(regs + APIC_IRR + (vector >> 5) * 0x10) >> (vector & 31)) & 1;
}

/* Posted interrupts wait in the descriptor, not in the APIC. */
static __always_inline bool pir_is_set(u64 vcpu, u32 vector)
{
	if (!bpf_core_field_exists(((struct vcpu_vmx *)0)->pi_desc))
		return false;
	return (peek(RS_AT(vcpu, struct vcpu_vmx, pi_desc.pir) + ((vector >> 5) & 7) * 4) >>
		(vector & 31)) &
	       1;
}

/* Whether the hardware delivers by itself: then KVM never sees the vCPU take it. */
static __always_inline bool is_posted(u64 apic)
{
	return bpf_core_field_exists(((struct kvm_lapic *)0)->apicv_active) &&
	       (RS_PEEK(apic, struct kvm_lapic, apicv_active) & 1);
}

static __always_inline int apic_accept(u64 apic, u32 vector, bool vmx)
{
	u64 irqfd = 0, vcpu;
	struct rs_call *c = call_injecting(&irqfd);

	if (!c)
		return 0;
	if ((c->data & MSI_VECTOR) != vector && irqfd)
		call_route(c, irqfd);
	if ((c->data & MSI_VECTOR) != vector)
		return 0;
	vcpu = RS_PEEK(apic, struct kvm_lapic, vcpu);
	if (c->route != vcpu + vector)
		route_learn(c, vcpu + vector, 0);
	vcpu_found(c, vcpu);
	call_injected(c, vcpu, irr_is_set(apic, vector) || (vmx && pir_is_set(vcpu, vector)),
		      is_posted(apic));
	return 0;
}

RS_HOOK4(svm_deliver_interrupt, struct kvm_lapic *, apic, int, mode, int, trigger, u32, vector)
{
	return apic_accept(RS_ADDRESS(apic), vector, false);
}

RS_HOOK4(vmx_deliver_interrupt, struct kvm_lapic *, apic, int, mode, int, trigger, u32, vector)
{
	return apic_accept(RS_ADDRESS(apic), vector, true);
}

static __always_inline int vcpu_inject(u64 vcpu)
{
	struct rs_call *c;
	u64 vector;

	if (!bpf_core_field_exists(((struct kvm_vcpu *)0)->arch.interrupt.nr))
		return 0;
	vector = RS_PEEK(vcpu, struct kvm_vcpu, arch.interrupt.nr) & MSI_VECTOR;
	c = route_call(vcpu + vector, 0);
	if (c)
		call_entered(c, vcpu);
	return 0;
}

RS_HOOK1(svm_inject_irq, struct kvm_vcpu *, vcpu)
{
	return vcpu_inject(RS_ADDRESS(vcpu));
}

RS_HOOK1(vmx_inject_irq, struct kvm_vcpu *, vcpu)
{
	return vcpu_inject(RS_ADDRESS(vcpu));
}
