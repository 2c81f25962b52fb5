# SPDX-License-Identifier: GPL-2.0-only
# What a person types; `make help` lists it. The rooms behind it build themselves.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
MAKEFLAGS += --no-print-directory
LAB := selftests/lab/lab
# The demo and the lab's shell take their emulated machine from ARCH, as kbuild does.
LAB_ARCH = $(or $(ARCH),arm64)
OUT ?= out

# In a guest there are only kernel headers, gcc and make: the module is the default.
module: ## build the guest module, ringside.ko, against KDIR
	@test -e "$(KDIR)/Makefile" || { \
		echo "ringside: no kernel headers at $(KDIR)" >&2; \
		echo "  install linux-headers-$(shell uname -r), or name another tree: make KDIR=/path" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
	cp kmod/ringside.ko ringside.ko

all: module helper ## build the module and the helper

helper: ## build the host helper, helper/ringside (STATIC=1: one file that runs anywhere)
	$(MAKE) -C helper

install: ## install the helper, its man page and completion (PREFIX=, DESTDIR=)
	$(MAKE) -C helper install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

modules_install: module ## install ringside.ko for the running kernel
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

VERSION = $(shell sed -n 's/^\#define RS_VERSION "\(.*\)"$$/\1/p' kmod/version.h)
dkms-install: ## hand the module's source to dkms, which rebuilds it for each kernel
	@command -v dkms >/dev/null || { echo "ringside: dkms is not installed: apt-get install dkms" >&2; exit 1; }
	mkdir -p /usr/src/ringside-$(VERSION)
	cp -r Kbuild Makefile LICENSE dkms.conf kmod /usr/src/ringside-$(VERSION)/
	dkms install ringside/$(VERSION)

demo: ## boot a KVM host and its guest, replay an incident, print both sides (ARCH=arm64|x86_64)
	selftests/demo.sh -a $(LAB_ARCH) -o $(OUT)/demo

check: ## all fast tests: unit tests here, one lab run per architecture
	$(MAKE) -C selftests check

check-guest: ## the guest module against known counts
	$(MAKE) -C selftests check-guest

check-life: ## the guest module as it and its devices come and go
	$(MAKE) -C selftests check-life

check-debug: ## the same on kernels built for it, with KASAN, lockdep, kmemleak and failing allocations
	$(MAKE) -C selftests check-debug

check-host: ## the host helper against known traffic, in the lab (ARCH=arm64|x86_64)
	selftests/check-host/run.sh $(if $(ARCH),-a $(ARCH))

matrix: ## the whole path on every kernel of selftests/lab/kernels, both architectures
	selftests/path/matrix.sh

bench: ## what ringside costs in instructions, beside what people use instead; recorded and published
	selftests/bench/bench --record $(if $(ARCH),-a $(ARCH)) -o $(OUT)/bench

bench-check: ## fail where ringside costs 5 % more than recorded
	selftests/bench/bench --check $(if $(ARCH),-a $(ARCH)) -o $(OUT)/bench

lab-shell: ## a shell on the emulated host and one in its guest (ARCH=arm64|x86_64)
	$(LAB) shell -a $(LAB_ARCH)

style: ## checkpatch's rules for kernel code, clang-format for the rest, shellcheck
	selftests/style.sh

clean: ## remove what was built in this tree (the cache stays)
	-test ! -e "$(KDIR)/Makefile" || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C helper clean
	$(MAKE) -C selftests clean
	rm -rf ringside.ko $(OUT)

help: ## this list
	@echo "ringside: whose interrupt went missing, and why?"
	@sed -n 's/^\([a-z_-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 24

.PHONY: module all helper install modules_install dkms-install demo check check-guest check-life check-debug \
	check-host matrix bench bench-check lab-shell style clean help
