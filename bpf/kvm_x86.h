/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM on x86: the local APIC accepts the interrupt, or has it already. */
#define MSI_VECTOR 0xff
#define APIC_IRR   0x200 /* the architecture's register map: 256 bits, 32 to each 16 bytes */

static __always_inline bool irr_is_set(struct kvm_lapic *apic, u32 vector)
{
	char *regs = BPF_CORE_READ(apic, regs);
	u32 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), regs + APIC_IRR + (vector >> 5) * 0x10);
	return word & (1U << (vector & 31));
}

/* Posted interrupts wait in the descriptor, not in the APIC. */
static __always_inline bool pir_is_set(struct kvm_lapic *apic, u32 vector)
{
	struct kvm_vcpu *vcpu = BPF_CORE_READ(apic, vcpu);
	struct vcpu_vmx *vmx;
	u32 word = 0;

	if (!bpf_core_field_exists(((struct vcpu_vmx *)0)->pi_desc))
		return false;
	vmx = RS_OUTER(vcpu, struct vcpu_vmx, vcpu);
	bpf_core_read(&word, sizeof(word), &vmx->pi_desc.pir[(vector >> 5) & 7]);
	return word & (1U << (vector & 31));
}

static __always_inline void accepted(struct rs_call *c, bool pending)
{
	if (pending)
		RS_COUNT(c->coalesced);
	else
		RS_COUNT(c->injected);
}

RS_HOOK4(svm_deliver_interrupt, struct kvm_lapic *, apic, int, mode, int, trigger, u32, vector)
{
	u64 ctx_ = 0;
	struct rs_call *c = call_injecting(&ctx_);

	if (c && (c->data & MSI_VECTOR) == vector)
		accepted(c, irr_is_set(apic, vector));
	return 0;
}

RS_HOOK4(vmx_deliver_interrupt, struct kvm_lapic *, apic, int, mode, int, trigger, u32, vector)
{
	u64 ctx_ = 0;
	struct rs_call *c = call_injecting(&ctx_);

	if (c && (c->data & MSI_VECTOR) == vector)
		accepted(c, irr_is_set(apic, vector) || pir_is_set(apic, vector));
	return 0;
}
