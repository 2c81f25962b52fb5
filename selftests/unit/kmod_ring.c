// SPDX-License-Identifier: GPL-2.0-only
/* The module's arithmetic of rings, while the driver goes on between any two of its loads. */
#include <kselftest_harness.h>

#include "../../kmod/ring.h"

#define LOADS	4 /* with others before each; after those the driver rests */
#define PENDING 3 /* entries at most that were consumed and not counted before */

/* A driver that keeps its wrap counter apart: two stores, one after the other, at the ring's end.
 */
static struct {
	u16 index;
	bool wrap, wrap_due;
	unsigned int size;
	u64 consumed;
} driver;

static unsigned int loads, stores_before[LOADS];

static void driver_store(void)
{
	if (driver.wrap_due) {
		driver.wrap = !driver.wrap;
		driver.wrap_due = false;
		return;
	}
	driver.index = (driver.index + 1U) % driver.size;
	driver.wrap_due = !driver.index;
	driver.consumed++;
}

static void driver_start(unsigned int size, u64 count)
{
	memset(&driver, 0, sizeof(driver));
	driver.size = size;
	driver.wrap = true;
	while (driver.consumed < count)
		driver_store();
	if (driver.wrap_due)
		driver_store();
}

void unit_driver_goes_on(void)
{
	if (loads >= LOADS)
		return;
	for (unsigned int i = 0; i < stores_before[loads]; i++)
		driver_store();
	loads++;
}

static struct rs_ring ring_of(unsigned int size)
{
	bool is_power = !(size & (size - 1));

	return (struct rs_ring){.last_used = &driver.index,
				.wrap = &driver.wrap,
				.size = size,
				.mask = is_power ? 2 * size - 1 : 0};
}

/* Whether what was read lies between what was consumed before and after. */
static bool is_read_right(unsigned int size, u64 seen, unsigned int pending)
{
	struct rs_ring r = ring_of(size);
	u64 from, moved;

	driver_start(size, seen);
	for (unsigned int i = 0; i < pending; i++)
		driver_store();
	from = driver.consumed;
	loads = 0;
	moved = rs_ring_moved(&r, seen);
	/* a whole lap since the last count looks like none until the wrap counter is stored, too */
	if (driver.consumed - seen >= size)
		return true;
	return from - seen <= moved && moved <= driver.consumed - seen;
}

/* The next plan of stores before each load; false after the last. */
static bool plan_next(unsigned int most)
{
	for (size_t i = 0; i < LOADS; i++) {
		if (stores_before[i]++ < most)
			return true;
		stores_before[i] = 0;
	}
	return false;
}

FIXTURE(wrap){};

FIXTURE_VARIANT(wrap)
{
	unsigned int size;
};

FIXTURE_VARIANT_ADD(wrap, power_of_two){.size = 8};
FIXTURE_VARIANT_ADD(wrap, odd){.size = 5};

FIXTURE_SETUP(wrap)
{
	memset(stores_before, 0, sizeof(stores_before));
}

FIXTURE_TEARDOWN(wrap)
{
}

TEST_F(wrap, is_read_right_wherever_the_driver_goes_on)
{
	unsigned int tried = 0;

	do {
		for (u64 seen = 0; seen < 2 * variant->size; seen++) {
			for (unsigned int pending = 0; pending <= PENDING; pending++, tried++) {
				ASSERT_TRUE(is_read_right(variant->size, seen, pending))
				{
					TH_LOG("seen %llu, pending %u, stores before loads %u %u "
					       "%u %u",
					       (unsigned long long)seen, pending, stores_before[0],
					       stores_before[1], stores_before[2],
					       stores_before[3]);
				}
			}
		}
	} while (plan_next(variant->size));
	ASSERT_GT(tried, 10000);
}

TEST_HARNESS_MAIN
