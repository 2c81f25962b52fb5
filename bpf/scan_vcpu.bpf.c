// SPDX-License-Identifier: GPL-2.0-only
/* What a vCPU does at the moment of a scan, and the state of its interrupts (x86). */

/* the architecture's register map of the local APIC: 256 bits, 32 to each 16 bytes */
#define APIC_REG_ID  0x20
#define APIC_REG_LDR 0xd0
#define APIC_REG_DFR 0xe0
#define APIC_REG_ISR 0x100
#define X2APIC_ON    (1 << 10) /* in the APIC base MSR */
#define MUTEX_FLAGS  7

/* A function of its own: the compiler must not merge this read with that of another kernel. */
static __noinline u64 rt_owner(struct mutex___rt *m)
{
	return (u64)BPF_CORE_READ(m, rtmutex.owner);
}

static __always_inline u64 mutex_owner(struct mutex *m)
{
	u64 owner = bpf_core_field_exists(m->owner) ? (u64)BPF_CORE_READ(m, owner.counter)
						    : rt_owner((void *)m);

	return owner & ~(u64)MUTEX_FLAGS;
}

static __always_inline u32 apic_reg(u64 regs, u32 reg)
{
	u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)(regs + reg));
	return value;
}

/* The posted bits are read first: from there they move on to the IRR, and from there to the ISR. */
static __noinline int scan_apic(struct rs_apic *a, struct kvm_vcpu *vcpu)
{
	u64 regs = (u64)BPF_CORE_READ(vcpu, arch.apic, regs), pir = rs_vmx ? pir_at((u64)vcpu) : 0;

	if (!regs)
		return 0;
	if (pir)
		bpf_probe_read_kernel(a->pir, sizeof(a->pir), (void *)pir);
	for (u32 i = 0; i < 8; i++)
		a->irr[i] = apic_reg(regs, APIC_IRR + i * 0x10);
	for (u32 i = 0; i < 8; i++)
		a->isr[i] = apic_reg(regs, APIC_REG_ISR + i * 0x10);
	a->id = apic_reg(regs, APIC_REG_ID);
	a->logical = apic_reg(regs, APIC_REG_LDR);
	a->format = apic_reg(regs, APIC_REG_DFR);
	a->x2apic = !!(BPF_CORE_READ(vcpu, arch.apic_base) & X2APIC_ON);
	a->known = 1;
	return 0;
}

static __noinline int scan_thread(struct rs_found *f, struct kvm_vcpu *vcpu)
{
	struct hlist_node *link = BPF_CORE_READ(vcpu, pid, tasks[0].first);
	struct task_struct *t;

	if (!link)
		return 0;
	t = RS_OUTER(link, struct task_struct, pid_links[0]);
	f->vcpu.in_run = mutex_owner((void *)RS_AT(vcpu, struct kvm_vcpu, mutex)) == (u64)t;
	thread_look(&f->vcpu.thread, t);
	return 0;
}

static __noinline int scan_vcpu(struct seq_file *seq, struct rs_found *f, struct kvm_vcpu *vcpu)
{
	f->kind = RS_FOUND_VCPU;
	f->key = (u64)vcpu;
	f->vcpu.kvm = (u64)BPF_CORE_READ(vcpu, kvm);
	f->vcpu.id = BPF_CORE_READ(vcpu, vcpu_id);
	scan_thread(f, vcpu);
	f->vcpu.in_guest = BPF_CORE_READ(vcpu, mode) == IN_GUEST_MODE;
	f->vcpu.waits = !!BPF_CORE_READ(vcpu, wait.task);
	if (bpf_core_field_exists(vcpu->arch.apic))
		scan_apic(&f->vcpu.apic, vcpu);
	bpf_seq_write(seq, f, sizeof(*f));
	return 0;
}
