// SPDX-License-Identifier: GPL-2.0-only
/* The host side: one object, a file for each station of a packet's way to the guest. */
#include "state.h"
#include "tun.h"
#include "vhost.h"
#include "call.h"
#include "kvm_x86.h"
#include "kvm_arm64.h"
#include "look.h"

char LICENSE[] SEC("license") = "GPL";
