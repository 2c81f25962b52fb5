# SPDX-License-Identifier: GPL-2.0-only
# The targets for people; `make help` lists them. Each directory has its own Makefile.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
MAKEFLAGS += --no-print-directory
LAB := selftests/lab/lab
# The architecture of the emulated machine for demo and lab-shell; ARCH means the same to kbuild.
LAB_ARCH = $(or $(ARCH),arm64)
OUT ?= out

# The default: in a guest there are only kernel headers, gcc and make.
module: ## build the guest module, ringside.ko, for the kernel in KDIR
	@test -e "$(KDIR)/Makefile" || { \
		echo "ringside: no kernel headers at $(KDIR)" >&2; \
		echo "  install linux-headers-$(shell uname -r), or give another directory: make KDIR=/path" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
	cp kmod/ringside.ko ringside.ko

all: module helper ## build the module and the helper

helper: ## build the host helper, helper/ringside (STATIC=1: a static executable)
	$(MAKE) -C helper

install: ## install the helper, its man page and completion (PREFIX=, DESTDIR=)
	$(MAKE) -C helper install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

modules_install: module ## install ringside.ko for the running kernel
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

VERSION = $(shell sed -n 's/^\#define RS_VERSION "\(.*\)"$$/\1/p' kmod/version.h)
dkms-install: ## give the module's source to dkms, which builds it for each kernel
	@command -v dkms >/dev/null || { echo "ringside: dkms is not installed: apt-get install dkms" >&2; exit 1; }
	mkdir -p /usr/src/ringside-$(VERSION)
	cp -r Kbuild Makefile LICENSE dkms.conf kmod /usr/src/ringside-$(VERSION)/
	dkms install ringside/$(VERSION)

demo: ## replay an incident on an emulated host and its guest (ARCH=arm64|x86_64)
	selftests/demo.sh -a $(LAB_ARCH) -o $(OUT)/demo

check: ## all fast tests: unit tests, then one run in the lab for each architecture
	$(MAKE) -C selftests check

check-guest: ## test the guest module with known counts
	$(MAKE) -C selftests check-guest

check-life: ## test load, unload, hotplug, resets and failures of the guest module
	$(MAKE) -C selftests check-life

check-debug: ## check-life on kernels with KASAN, KCSAN, lockdep, kmemleak, failing allocations
	$(MAKE) -C selftests check-debug

check-host: ## test the host helper with known traffic (ARCH=arm64|x86_64)
	selftests/check-host/run.sh $(if $(ARCH),-a $(ARCH))

check-verdicts: ## play incidents, and test that each is blamed on its party alone (ARCH=arm64|x86_64)
	selftests/check-verdicts/run.sh $(if $(ARCH),-a $(ARCH))

check-report: ## look at the pages of ringside report in a browser; pictures in out/report
	selftests/report.sh -o $(abspath $(OUT))/report

matrix: ## test the whole path on each kernel of selftests/lab/kernels, both architectures
	selftests/path/matrix.sh

bench: ## measure the cost in instructions; write it to OVERHEAD.md, README.md and the man page
	selftests/bench/bench --record $(if $(ARCH),-a $(ARCH)) -o $(OUT)/bench

bench-check: ## fail if ringside costs over 5 % more than recorded
	selftests/bench/bench --check $(if $(ARCH),-a $(ARCH)) -o $(OUT)/bench

lab-shell: ## get a shell on an emulated host and one in its guest (ARCH=arm64|x86_64)
	$(LAB) shell -a $(LAB_ARCH)

fuzz: ## read, judge and print hostile snapshots under a fuzzer (SECONDS=600)
	selftests/fuzz.sh run $(if $(filter command%,$(origin SECONDS)),$(SECONDS),600)

style: ## check the style: checkpatch, clang-format, shellcheck, no circles between files
	selftests/style.sh

clean: ## remove what was built in this directory (the cache stays)
	-test ! -e "$(KDIR)/Makefile" || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C helper clean
	$(MAKE) -C selftests clean
	rm -rf ringside.ko $(OUT)

help: ## print this list
	@echo "ringside: find which interrupt of virtio-net under KVM went missing, and why"
	@sed -n 's/^\([a-z_-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 24

.PHONY: module all helper install modules_install dkms-install demo check check-guest check-life check-debug \
	check-host check-verdicts check-report matrix bench bench-check fuzz lab-shell style clean help
