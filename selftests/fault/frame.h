/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_FRAME_H
#define FAULT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FAULT_FRAME_MAX 1514

/* The receiver and the sender in the frames; addresses in host order. */
struct frame_ends {
	unsigned char mac[6];
	uint32_t guest_ip, device_ip;
	uint16_t port; /* UDP destination on queue pair 0; pair n gets port + n */
};

/**
 * fault_frame_udp() - a valid UDP frame to the guest
 * @size: payload bytes, up to 1472; the first 8 carry @seq
 *
 * Return: bytes written to @frame, which has room for FAULT_FRAME_MAX.
 */
size_t fault_frame_udp(void *frame, const struct frame_ends *ends, int pair, uint64_t seq,
		       size_t size);

/**
 * fault_frame_echo() - turn a frame of the guest's into the answer to it, in place
 *
 * Answers ARP for device_ip, ICMP echo and UDP to device_ip.
 *
 * Return: the answer's size, 0 where there is nothing to say.
 */
size_t fault_frame_echo(void *frame, size_t size, const struct frame_ends *ends);

#endif
