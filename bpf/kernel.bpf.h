/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of the kernel's structs that ringside reads. libbpf takes the offsets from the running
 * kernel's BTF when it loads the object; only names and nesting matter here. A name with ___ is the
 * same struct in another kernel version.
 */
#ifndef RS_KERNEL_BPF_H
#define RS_KERNEL_BPF_H

/* makes bpf_tracing.h use the kernel's names of registers */
#define __VMLINUX_H__

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* the arguments of a kprobe: x86_64, arm64 */
struct pt_regs {
	unsigned long bp, r9, r8, ax, cx, dx, si, di, ip, sp;
};

struct user_pt_regs {
	unsigned long long regs[31];
	unsigned long long sp;
	unsigned long long pc;
};

struct list_head {
	struct list_head *next;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

/* peek() reads any word of memory as this: the first field is a number */
struct rb_node {
	unsigned long __rb_parent_color;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct inode {
	u32 i_rdev;
	unsigned short i_mode;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
};

struct sched_info {
	unsigned long pcount;
	unsigned long long run_delay;
	unsigned long long last_arrival;
	unsigned long long last_queued;
};

struct sched_entity {
	u64 exec_start;
};

struct thread_info {
	u32 cpu;
};

struct mm_struct;

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	int on_cpu;
	int pid;
	int tgid;
	unsigned int frozen : 1;
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct sched_entity se;
	struct sched_info sched_info;
	struct mm_struct *mm;
	struct hlist_node pid_links[4];
};

struct pid {
	struct hlist_head tasks[4];
};

struct mutex {
	struct {
		long counter;
	} owner; /* the task, and flags in the lowest bits */
};

/* PREEMPT_RT */
struct mutex___rt {
	struct {
		struct task_struct *owner;
	} rtmutex;
};

/* before 5.14 (state), before 5.16 (cpu) */
struct task_struct___old {
	long state;
	u32 cpu;
};

/* a CPU's run queue */
struct rq {
	u64 clock;
	u64 clock_task;
};

/* the context of a task_file iterator */
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

/* net */
struct netdev_queue {
	unsigned long state;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct net_device {
	char name[16];
	int ifindex;
	struct netdev_queue *_tx;
	void *rx_handler_data;
	struct {
		struct net *net; /* a kernel without network namespaces has none */
	} nd_net;
	unsigned char priv[];
};

struct sk_buff {
	struct net_device *dev;
	u32 hash;
	u16 queue_mapping;
};

struct proto;

struct sock_common {
	struct proto *skc_prot;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

struct msghdr {
	void *msg_control;
	unsigned long msg_controllen;
};

struct ptr_ring {
	int producer;
	int consumer_head;
	int size;
	void **queue;
};

struct tun_struct {
	struct tun_file *tfiles[256];
	unsigned int flags;
	unsigned int numqueues;
	struct net_device *dev;
};

struct tun_file {
	struct sock sk;
	struct socket socket;
	struct tun_struct *tun;
	u16 queue_index;
	struct tun_struct *detached;
	struct ptr_ring tx_ring;
};

/* macvtap and ipvtap */
struct tap_queue;

struct tap_dev {
	struct net_device *dev;
	struct tap_queue *taps[256];
	int numvtaps;
};

struct tap_queue {
	struct sock sk;
	struct socket sock;
	struct tap_dev *tap;
	u16 queue_index;
	bool enabled;
	struct ptr_ring ring;
};

struct tun_msg_ctl {
	unsigned short type;
	unsigned short num;
};

/* vhost */
struct wait_queue_head {
	struct list_head head;
};

struct eventfd_ctx {
	struct wait_queue_head wqh;
	u64 count;
};

struct llist_node;

struct llist_head {
	struct llist_node *first;
};

struct vhost_task {
	struct task_struct *task;
};

/* since 6.4; a thread of its own process, or of the VMM's */
struct vhost_worker {
	struct task_struct *kthread_task;
	struct vhost_task *vtsk;
	struct llist_head work_list;
};

struct vhost_iotlb;
struct vhost_dev;

/* A device that can interrupt the guest itself, past the eventfd, has its own interrupt here. */
struct irq_bypass_producer {
	int irq;
};

struct vhost_vring_call {
	struct eventfd_ctx *ctx;
	struct irq_bypass_producer producer;
};

struct vhost_work {
	unsigned long flags;
};

struct vhost_poll {
	struct vhost_work work;
};

struct vhost_virtqueue {
	struct vhost_dev *dev;
	struct vhost_worker *worker; /* since 6.5 */
	struct vhost_poll poll;
	unsigned int num;
	void *avail;
	void *used;
	struct vhost_vring_call call_ctx;
	struct eventfd_ctx *error_ctx;
	u16 last_avail_idx;
	u16 avail_idx;
	u16 last_used_idx;
	u16 signalled_used;
	bool signalled_used_valid;
	u64 log_addr;
	void *private_data;
	u64 acked_features;
	struct vhost_iotlb *iotlb;
	bool is_le;
};

struct vhost_dev {
	struct mm_struct *mm;
	struct vhost_virtqueue **vqs;
	int nvqs;
	struct vhost_worker *worker; /* 6.4 only */
};

/* before 6.4 */
struct vhost_dev___kthread {
	struct task_struct *worker;
	struct llist_head work_list;
};

struct vhost_net_buf {
	int tail;
	int head;
};

struct vhost_net_virtqueue {
	struct vhost_virtqueue vq;
	struct ptr_ring *rx_ring;
	struct vhost_net_buf rxq;
};

struct vhost_net {
	struct vhost_dev dev;
	struct vhost_net_virtqueue vqs[2];
};

/* vhost-vdpa */
struct kobject {
	const char *name;
};

struct device {
	struct kobject kobj;
};

struct vdpa_device {
	struct device dev;
};

struct vhost_vdpa {
	struct vhost_dev vdev;
	struct vdpa_device *vdpa;
	u32 virtio_id;
	int minor;
};

/* kvm */
struct wait_queue_entry {
	unsigned int flags;
};

struct work_struct {
	long data;
};

struct kvm;

struct kvm_kernel_irq_routing_entry {
	u32 type;
	union {
		struct {
			u32 address_lo;
			u32 address_hi;
			u32 data;
			u32 flags;
			u32 devid;
		} msi;
	};
};

struct kvm_kernel_irqfd {
	struct kvm *kvm;
	struct wait_queue_entry wait;
	struct kvm_kernel_irq_routing_entry irq_entry;
	int gsi;
	struct work_struct inject;
	struct eventfd_ctx *eventfd;
	struct list_head list;
};

typedef struct {
	int counter;
} atomic_t;

struct kvm {
	atomic_t online_vcpus;
	int userspace_pid;
	struct {
		struct list_head items;
	} irqfds;
	struct list_head devices;
};

struct rcuwait {
	struct task_struct *task;
};

/* x86; the struct of this name on arm64 has none of these fields */
struct kvm_queued_interrupt {
	bool soft;
	u8 nr;
};

struct kvm_lapic;

struct kvm_vcpu_arch {
	struct kvm_queued_interrupt interrupt;
	u64 apic_base;
	struct kvm_lapic *apic;
};

/* the fields of both architectures */
struct kvm_vcpu_stat {
	u64 exits;
	u64 io_exits;
	u64 mmio_exits;
	u64 halt_exits;
	u64 mmio_exit_user;
	u64 wfi_exit_stat;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id;
	int mode;
	struct mutex mutex; /* its owner is inside an ioctl of the vCPU: nearly always KVM_RUN */
	struct rcuwait wait;
	struct pid *pid; /* of the thread that last ran it */
	struct kvm_vcpu_arch arch;
	struct kvm_vcpu_stat stat;
};

/* kvm, x86 */
struct kvm_lapic {
	struct kvm_vcpu *vcpu;
	void *regs;
	bool apicv_active;
};

struct pi_desc {
	u32 pir[8];
};

struct vcpu_vmx {
	struct kvm_vcpu vcpu;
	struct pi_desc pi_desc;
};

/* since 6.16 */
struct vcpu_vmx___vt {
	struct {
		struct pi_desc pi_desc;
	} vt;
};

/* kvm, arm64 */
struct vgic_irq {
	struct kvm_vcpu *vcpu; /* in the list of this vCPU's pending and active interrupts */
	struct kvm_vcpu *target_vcpu;
	u32 intid;
	bool pending_latch;
	bool active;
	bool enabled;
};

/* The ITS: from a device's id and event to the LPI. The struct of this name in the driver of the
 * host's own ITS has neither list; a member that both have cannot be read by its name. */
struct its_ite {
	struct list_head ite_list;
	struct vgic_irq *irq;
	u32 event_id;
};

struct its_device {
	struct list_head dev_list;
	struct list_head itt_head;
};

struct vgic_its {
	u64 vgic_its_base;
	struct list_head device_list;
};

struct kvm_device_ops {
	const char *name;
};

struct kvm_device {
	struct kvm_device_ops *ops;
	void *private;
	struct list_head vm_node;
};

#pragma clang attribute pop

/* Why an skb was dropped; since 5.18. The values differ between kernels. */
enum skb_drop_reason {
	SKB_DROP_REASON_FULL_RING,
	SKB_DROP_REASON_SOCKET_FILTER,
	SKB_DROP_REASON_TAP_FILTER,
	SKB_DROP_REASON_TAP_TXFILTER,
};

/* The kernel functions that the verifier handles specially. */
enum special_kfunc_type {
	KF_bpf_rdonly_cast,
};

#endif
