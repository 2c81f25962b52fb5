/* SPDX-License-Identifier: GPL-2.0-only */
/* A tap, its vhost worker and the virtual machine behind it, without a guest in it. */
#ifndef RS_BENCH_PACKET_H
#define RS_BENCH_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define MEMORY_SIZE (16UL << 20)

/* vm.c: shared by both architectures; a failure ends the program with a sentence */
void die(const char *what);
int vm_make(void);
void vm_memory(int vm, uint64_t guest_addr, void *memory);
void vm_irqfd(int vm, int call, uint64_t address, uint32_t data, int has_devid);

/* machine_x86.c, machine_arm64.c */
void machine_start(int call);
void machine_take(void); /* the guest takes its pending interrupt */

/* wire.c: the way of a packet, from the socket into the ring */
void wire_start(const char *tap, int call);
void wire_send(unsigned int packets);
unsigned int wire_used(void); /* entries vhost returned since the start */
void wire_refill(void);	      /* the guest consumed all of them */
void wire_ask(void);	      /* and wants an interrupt for the next one */

/* worker.c */
void worker_find(void);
void worker_first(void); /* it runs as soon as it is woken */
void worker_last(void);	 /* it does not run while this program does */

#endif
