// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <string.h>

static const unsigned char device_mac[6] = {0x52, 0x54, 0x00, 0xfa, 0x17, 0x01};

struct packet {
	struct ether_header eth;
	struct iphdr ip;
	union {
		struct udphdr udp;
		struct icmphdr icmp;
	};
} __attribute__((packed));

#define UDP_HEADERS (sizeof(struct ether_header) + sizeof(struct iphdr) + sizeof(struct udphdr))

static uint16_t checksum(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

size_t fault_frame_udp(void *frame, const struct frame_ends *ends, int pair, uint64_t seq,
		       size_t size)
{
	struct packet *p = frame;

	if (size > FAULT_FRAME_MAX - UDP_HEADERS)
		size = FAULT_FRAME_MAX - UDP_HEADERS;
	memset(frame, 0, UDP_HEADERS + size);
	memcpy(p->eth.ether_dhost, ends->mac, 6);
	memcpy(p->eth.ether_shost, device_mac, 6);
	p->eth.ether_type = htons(ETHERTYPE_IP);
	p->ip.version = 4;
	p->ip.ihl = sizeof(p->ip) / 4;
	p->ip.ttl = 64;
	p->ip.protocol = IPPROTO_UDP;
	p->ip.tot_len = htons(UDP_HEADERS - sizeof(p->eth) + size);
	p->ip.saddr = htonl(ends->device_ip);
	p->ip.daddr = htonl(ends->guest_ip);
	p->ip.check = checksum(&p->ip, sizeof(p->ip));
	p->udp.source = htons(ends->port + pair);
	p->udp.dest = htons(ends->port + pair);
	p->udp.len = htons(sizeof(p->udp) + size); /* and no checksum, which is valid */
	memcpy((char *)frame + UDP_HEADERS, &seq, size < sizeof(seq) ? size : sizeof(seq));
	return UDP_HEADERS + size;
}

static void turn_around(struct ether_header *eth)
{
	memcpy(eth->ether_dhost, eth->ether_shost, 6);
	memcpy(eth->ether_shost, device_mac, 6);
}

static size_t echo_arp(void *frame, size_t size, const struct frame_ends *ends)
{
	struct ether_arp *arp = (void *)((char *)frame + sizeof(struct ether_header));
	uint32_t device_ip = htonl(ends->device_ip);

	if (size < sizeof(struct ether_header) + sizeof(*arp) ||
	    arp->arp_op != htons(ARPOP_REQUEST) || memcmp(arp->arp_tpa, &device_ip, 4))
		return 0;
	turn_around(frame);
	arp->arp_op = htons(ARPOP_REPLY);
	memcpy(arp->arp_tha, arp->arp_sha, 6);
	memcpy(arp->arp_tpa, arp->arp_spa, 4);
	memcpy(arp->arp_sha, device_mac, 6);
	memcpy(arp->arp_spa, &device_ip, 4);
	return size;
}

static size_t echo_ip(struct packet *p, size_t size, const struct frame_ends *ends)
{
	uint32_t from = p->ip.saddr;
	uint16_t port;

	if (p->ip.ihl != 5 || p->ip.daddr != htonl(ends->device_ip))
		return 0;
	if (p->ip.protocol == IPPROTO_ICMP && p->icmp.type == ICMP_ECHO) {
		size_t told = ntohs(p->ip.tot_len), head = sizeof(p->ip);

		if (told < head + sizeof(p->icmp) || told + sizeof(p->eth) > size)
			return 0;
		p->icmp.type = ICMP_ECHOREPLY;
		p->icmp.checksum = 0;
		p->icmp.checksum = checksum(&p->icmp, told - head);
	} else if (p->ip.protocol == IPPROTO_UDP) {
		port = p->udp.source;
		p->udp.source = p->udp.dest;
		p->udp.dest = port;
		p->udp.check = 0;
	} else {
		return 0;
	}
	/* Exchanging the addresses leaves the header's checksum as it was. */
	p->ip.saddr = p->ip.daddr;
	p->ip.daddr = from;
	turn_around(&p->eth);
	return size;
}

size_t fault_frame_echo(void *frame, size_t size, const struct frame_ends *ends)
{
	struct ether_header *eth = frame;

	if (size < sizeof(*eth))
		return 0;
	if (eth->ether_type == htons(ETHERTYPE_ARP))
		return echo_arp(frame, size, ends);
	if (eth->ether_type != htons(ETHERTYPE_IP) || size < UDP_HEADERS)
		return 0;
	return echo_ip(frame, size, ends);
}
