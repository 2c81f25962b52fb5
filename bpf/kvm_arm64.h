/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM on arm64: the vgic queues the LPI, then writes it into a list register. Both hold the LPI's
 * lock. */
#define LPI_FIRST 8192 /* the architecture's first LPI */

/* The call an LPI belongs to: learnt from the first injection through its irqfd. */
static __always_inline struct rs_call *lpi_call(u64 irq, u32 intid, u64 *ctx)
{
	struct rs_lpi *lpi = bpf_map_lookup_elem(&lpis, &irq);

	if (!lpi || lpi->intid != intid)
		return NULL;
	*ctx = lpi->ctx;
	return bpf_map_lookup_elem(&calls, ctx);
}

/* A guest may move its queue to another LPI: the one before is forgotten. */
static __always_inline void lpi_learn(struct rs_call *c, u64 irq, u32 intid, u64 ctx)
{
	struct rs_lpi lpi = {.ctx = ctx, .intid = intid};

	if (c->lpi && c->lpi != irq)
		bpf_map_delete_elem(&lpis, &c->lpi);
	c->lpi = irq;

	if (bpf_map_update_elem(&lpis, &irq, &lpi, BPF_ANY))
		RS_COUNT(rs_missed.lpis);
}

RS_HOOK2(vgic_queue_irq_unlock, struct kvm *, kvm, struct vgic_irq *, irq)
{
	u32 intid = RS_READ(typed, irq, intid);
	u64 ctx_ = 0, known = 0;
	struct rs_call *c;

	if (intid < LPI_FIRST)
		return 0;
	c = call_injecting(&ctx_);
	if (!c || c->kvm != (u64)kvm)
		return 0;
	if (c->lpi != (u64)irq || !lpi_call((u64)irq, intid, &known) || known != ctx_)
		lpi_learn(c, (u64)irq, intid, ctx_);
	if (c->pending)
		RS_COUNT(c->coalesced);
	else
		RS_COUNT(c->injected);
	c->pending = 1;
	return 0;
}

RS_HOOK2(vgic_v3_populate_lr, struct kvm_vcpu *, vcpu, struct vgic_irq *, irq)
{
	u32 intid = RS_READ(typed, irq, intid);
	struct rs_call *c;
	u64 ctx_ = 0;

	if (intid < LPI_FIRST)
		return 0;
	c = lpi_call((u64)irq, intid, &ctx_);
	if (!c)
		return 0;
	RS_COUNT(c->populated);
	c->pending = 0;
	return 0;
}
