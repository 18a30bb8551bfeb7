/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The communication region: its contents at start, states, requests and
 * answers, and the order in which they reach a cell that bypasses its caches.
 */
#include "fake.h"

#include <hyp/comm.h>
#include <jailhouse/hypercall.h>

#include <string.h>

static struct fake_config config;
static u8 packed[PAGE_SIZE];
static union {
	struct jailhouse_comm_region comm;
	u8 bytes[PAGE_SIZE];
} page __attribute__((aligned(PAGE_SIZE)));
static struct cell cell;

static void build(void)
{
	fake_config_pack(&config, packed, sizeof(packed));
	memset(&cell, 0, sizeof(cell));
	cell.config = (void *)packed;
	assert_int_equal(cell_parse(&cell, FAKE_GICD_BASE), 0);
	cell.comm = &page.comm;
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	fake_config_default(&config);
	build();
	memset(&page, 0xee, sizeof(page));
	fake_events_clear();
	return 0;
}

static void test_start(void **state)
{
	struct jailhouse_comm_region *c = &page.comm;
	u64 gicr[8];

	(void)state;
	config.desc.console = (struct jailhouse_console){ .address = 0x09040000, .type = 3 };
	config.desc.vpci_irq_base = 77;
	machine.gic[1].range = range_of(0x080a0000, 0x20000);
	machine.gic[2].range = range_of(0x090a0000, 0x20000);
	build();
	fake_system.header.platform_info.arm.gicc_base = 0x08010000;
	comm_start(&cell, &fake_system.header);
	assert_memory_equal(c->signature, "JHCOMM", 6);
	assert_int_equal(c->revision, 2);
	assert_int_equal(c->cell_state, JAILHOUSE_CELL_RUNNING);
	assert_int_equal(c->msg_to_cell, 0);
	assert_int_equal(c->reply_from_cell, 0);
	assert_memory_equal(&c->console, &config.desc.console, sizeof(c->console));
	assert_int_equal(c->pci_mmconfig_base, 0x3f000000);
	assert_int_equal(c->gic_version, 3);
	assert_int_equal(c->gicd_base, FAKE_GICD_BASE);
	assert_int_equal(c->gicc_base, 0x08010000);
	assert_int_equal(c->gicr_base, FAKE_GICR_BASE);
	assert_int_equal(c->vpci_irq_base, 77);
	/* Nothing of an earlier life, to the end of the page. */
	memcpy(gicr, page.bytes + JAILHOUSE_COMM_GICR_REGIONS, sizeof(gicr));
	memset(page.bytes + JAILHOUSE_COMM_GICR_REGIONS, 0, sizeof(gicr));
	assert_int_equal(gicr[0], 0x080a0000);
	assert_int_equal(gicr[1], 0x090a0000);
	for (u32 i = 2; i < ARRAY_SIZE(gicr); i++)
		assert_int_equal(gicr[i], 0);
	for (u32 i = sizeof(*c); i < PAGE_SIZE; i++)
		assert_int_equal(page.bytes[i], 0);
	/* And all of it cleaned for a cell without caches. */
	assert_int_equal(fake_event(EV_CACHE_FLUSH, 0)->a, (uintptr_t)&page);
	assert_int_equal(fake_event(EV_CACHE_FLUSH, 0)->b, PAGE_SIZE);
}

static void test_offsets(void **state)
{
	(void)state;
	assert_int_equal(offsetof(struct jailhouse_comm_region, revision), 6);
	assert_int_equal(offsetof(struct jailhouse_comm_region, cell_state), 8);
	assert_int_equal(offsetof(struct jailhouse_comm_region, msg_to_cell), 12);
	assert_int_equal(offsetof(struct jailhouse_comm_region, reply_from_cell), 16);
	assert_int_equal(offsetof(struct jailhouse_comm_region, flags), 20);
	assert_int_equal(offsetof(struct jailhouse_comm_region, console), 24);
	assert_int_equal(offsetof(struct jailhouse_comm_region, pci_mmconfig_base), 56);
	assert_int_equal(offsetof(struct jailhouse_comm_region, gic_version), 64);
	assert_int_equal(offsetof(struct jailhouse_comm_region, gicd_base), 72);
	assert_int_equal(offsetof(struct jailhouse_comm_region, vpci_irq_base), 96);
}

static void test_console_flags(void **state)
{
	(void)state;
	for (u32 bits = 0; bits < 4; bits++) {
		config.desc.flags = (bits & 1 ? JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED : 0) |
				    (bits & 2 ? JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE : 0);
		build();
		comm_start(&cell, &fake_system.header);
		assert_int_equal(page.comm.flags, bits);
	}
}

static void test_states(void **state)
{
	(void)state;
	for (u32 s = 0; s <= JAILHOUSE_CELL_FAILED_COMM_REV; s++) {
		comm_set_state(&cell, s);
		assert_int_equal(page.comm.cell_state, s);
		assert_int_equal(comm_state(&cell), s);
		assert_int_equal(comm_must_ask(&cell), s <= JAILHOUSE_CELL_RUNNING_LOCKED);
	}
	for (u32 s = 5; s; s *= 3) {
		page.comm.cell_state = s;
		assert_int_equal(comm_state(&cell), -EINVAL);
		/* Who writes nonsense is asked: it may be alive. */
		assert_true(comm_must_ask(&cell));
		if (s > 0x40000000)
			break;
	}
	/* Root has no page, and runs. */
	cell.comm = NULL;
	comm_set_state(&cell, JAILHOUSE_CELL_FAILED);
	assert_int_equal(comm_state(&cell), JAILHOUSE_CELL_RUNNING);
}

/* A cell that does not use its caches sees it. */
static void test_state_is_flushed(void **state)
{
	(void)state;
	comm_set_state(&cell, JAILHOUSE_CELL_SHUT_DOWN);
	assert_int_equal(page.comm.cell_state, JAILHOUSE_CELL_SHUT_DOWN);
	assert_int_equal(fake_event_count(EV_CACHE_FLUSH), 1);
	assert_int_equal(fake_event(EV_CACHE_FLUSH, 0)->a, (uintptr_t)&page.comm);
}

static void test_must_ask(void **state)
{
	(void)state;
	comm_set_state(&cell, JAILHOUSE_CELL_RUNNING);
	assert_true(comm_must_ask(&cell));
	config.desc.flags |= JAILHOUSE_CELL_PASSIVE_COMMREG;
	build();
	assert_false(comm_must_ask(&cell));
	config.desc.flags &= ~(u32)JAILHOUSE_CELL_PASSIVE_COMMREG;
	config.desc.num_memory_regions = 2;
	build();
	assert_false(comm_must_ask(&cell));
}

static void test_answers(void **state)
{
	(void)state;
	for (u32 reply = 0; reply < 10; reply++) {
		page.comm.reply_from_cell = reply;
		assert_int_equal(comm_answer(&cell), reply == 0 ? COMM_PENDING :
						     reply == JAILHOUSE_MSG_REQUEST_APPROVED ?
								  COMM_APPROVED :
								  COMM_DENIED);
	}
}

/* The old reply is gone, for a cell without caches, before the message is
 * there. */
static u32 flushes;

static void at_flush(const void *va)
{
	assert_ptr_equal(va, &page);
	if (flushes++ == 0) {
		assert_int_equal(page.comm.reply_from_cell, 0);
		assert_int_equal(page.comm.msg_to_cell, 0x55);
	} else {
		assert_int_equal(page.comm.msg_to_cell, JAILHOUSE_MSG_SHUTDOWN_REQUEST);
	}
}

static void test_send(void **state)
{
	(void)state;
	page.comm.reply_from_cell = 3;
	page.comm.msg_to_cell = 0x55;
	flushes = 0;
	fake_on_cache_flush = at_flush;
	comm_send(&cell, JAILHOUSE_MSG_SHUTDOWN_REQUEST);
	fake_on_cache_flush = NULL;
	assert_int_equal(flushes, 2);
}

/* What a cell wrote past the caches is seen: first invalidate, then read. */
static void write_past_caches(const void *va)
{
	(void)va;
	page.comm.reply_from_cell = JAILHOUSE_MSG_REQUEST_APPROVED;
	page.comm.cell_state = JAILHOUSE_CELL_FAILED;
}

static void test_reads_past_caches(void **state)
{
	(void)state;
	page.comm.reply_from_cell = 0;
	page.comm.cell_state = 0;
	fake_on_cache_flush = write_past_caches;
	assert_int_equal(comm_answer(&cell), COMM_APPROVED);
	page.comm.cell_state = 0;
	assert_int_equal(comm_state(&cell), JAILHOUSE_CELL_FAILED);
	/* The words in use are in what is invalidated. */
	assert_true(fake_event(EV_CACHE_FLUSH, 0)->b >= sizeof(page.comm));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
	const struct CMUnitTest tests[] = {
		TEST(start),    TEST(offsets), TEST(console_flags), TEST(states),
		TEST(start),    TEST(offsets), TEST(console_flags), TEST(state_is_flushed),
		TEST(must_ask), TEST(answers), TEST(send),          TEST(reads_past_caches),
	};

	return cmocka_run_group_tests_name("comm", tests, NULL, NULL);
}
