/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_USER_H
#define FAULT_USER_H

#include "queue.h"

/**
 * fault_user_listen() - wait for the VMM on a UNIX socket
 *
 * Return: the listening socket, or -1 with errno set.
 */
int fault_user_listen(const char *path);

/**
 * fault_user_serve() - answer one vhost-user message
 * @sock: the accepted connection
 *
 * Return: 1 answered, 0 the VMM hung up, -1 it broke the protocol (said on stderr).
 */
int fault_user_serve(struct device *dev, int sock);

#endif
