// SPDX-License-Identifier: GPL-2.0-only
/* Why a kernel refuses BPF: from what the kernel says of itself and of this process. */
#include <kselftest_harness.h>

#include "refusal.h"

#define STATUS(caps, seccomp)                                                        \
	"Name:\tringside\nNoNewPrivs:\t0\nCapInh:\t0000000000000000\nCapEff:\t" caps \
	"\nCapBnd:\t000001ffffffffff\nSeccomp:\t" seccomp "\nSeccomp_filters:\t0\n"
#define ROOT	  "000001ffffffffff"
#define CONTAINER "00000000a80425fb" /* of Docker and Podman: neither CAP_SYS_ADMIN nor CAP_BPF */
#define BPF_ALONE "0000008000000000"
#define BPF_BOTH  "000000c000000000"

static const struct {
	const char *lockdown, *status, *word; /* NULL = nothing is found */
	const char *uid_map;		      /* NULL = of the first user namespace */
} cases[] = {
	{"[none] integrity confidentiality", STATUS(ROOT, "0"), NULL},
	{"", STATUS(ROOT, "0"), NULL},
	{"none integrity [confidentiality]", STATUS(ROOT, "0"), "lockdown=integrity"},
	{"none integrity [confidentiality]", STATUS(CONTAINER, "2"), "lockdown=integrity"},
	{"none [integrity] confidentiality", STATUS(ROOT, "0"), "boot without lockdown"},
	{"none [integrity] confidentiality", STATUS(CONTAINER, "2"), "CAP_BPF"},
	{"", STATUS(CONTAINER, "2"), "CAP_BPF and CAP_PERFMON are missing"},
	{"", STATUS(BPF_ALONE, "0"), "CAP_BPF"},
	{"", STATUS(BPF_BOTH, "0"), NULL},
	{"", STATUS(BPF_BOTH, "2"), "seccomp"},
	{"", STATUS(ROOT, "2"), "seccomp"},
	{"", "", "CAP_BPF"},
	{"", STATUS(ROOT, "0"), "user namespace", "         0     100000      65536\n"},
	{"", STATUS(ROOT, "0"), "user namespace", "         0          0          1\n"},
	{"none integrity [confidentiality]", STATUS(ROOT, "0"), "lockdown=", "0 100000 65536"},
};

TEST(the_cause_is_named_with_what_to_do)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *cause = rs_refusal_find(
			cases[i].lockdown, cases[i].status,
			cases[i].uid_map ? cases[i].uid_map : "         0          0 4294967295");

		if (!cases[i].word)
			EXPECT_EQ(NULL, cause) TH_LOG("%zu: %s", i, cause);
		if (!cases[i].word)
			continue;
		ASSERT_NE(NULL, cause) TH_LOG("%zu", i);
		EXPECT_NE(NULL, strstr(cause, cases[i].word)) TH_LOG("%zu: %s", i, cause);
		EXPECT_NE(NULL, strchr(cause, ':')); /* what to do */
	}
}

TEST_HARNESS_MAIN
