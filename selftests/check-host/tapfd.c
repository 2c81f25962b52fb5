// SPDX-License-Identifier: GPL-2.0-only
/*
 * tapfd INTERFACE FLAGS COMMAND...: runs a command with the tap open as descriptor 8. FLAGS are
 * those of TUNSETIFF, beside IFF_TAP, IFF_NO_PI and IFF_VNET_HDR. Exit status: 77 = this kernel
 * does not know the flags; else the command's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#define TAP_FD	    8
#define UNSUPPORTED 77

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	unsigned int known = 0, flags;
	int fd = open("/dev/net/tun", O_RDWR);

	if (argc < 4) {
		fprintf(stderr, "usage: tapfd INTERFACE FLAGS COMMAND...\n");
		return 64;
	}
	flags = strtoul(argv[2], NULL, 0);
	strncpy(request.ifr_name, argv[1], sizeof(request.ifr_name) - 1);
	request.ifr_flags |= flags;
	if (fd < 0 || ioctl(fd, TUNGETFEATURES, &known))
		fail("/dev/net/tun");
	if ((known & flags) != flags)
		return UNSUPPORTED;
	if (ioctl(fd, TUNSETIFF, &request))
		fail(argv[1]);
	if (fd != TAP_FD && dup2(fd, TAP_FD) < 0)
		fail("dup2");
	if (fd != TAP_FD)
		close(fd);
	execvp(argv[3], argv + 3);
	fail(argv[3]);
}
