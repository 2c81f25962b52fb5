/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of the module and of the helper. dkms.conf and the Makefiles read it from here. */
#ifndef RS_VERSION_H
#define RS_VERSION_H

#define RS_VERSION "0.1"

#endif
