/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The distributor of any GIC: foreign interrupts, and odd accesses. */
#include <gic.h>
#include <inmate_smp.h>

#include "forbid_gic.h"

unsigned int forbid_intid(const char *whose)
{
	long long intid = cmdline_parse_int(whose, -1);

	if (intid < 0) {
		observed("the parameter %s= is missing", whose);
		stop();
	}
	return (unsigned int)intid;
}

u8 *forbid_gicd(void)
{
	u8 *base = (u8 *)comm_region->gicd_base;

	map_range(base, GICD_SIZE, MAP_UNCACHED);
	return base;
}

/* As normal memory, so that stage 1 lets unaligned accesses pass. */
static u8 *gicd_as_memory(void)
{
	u8 *base = (u8 *)comm_region->gicd_base;

	map_range(base, GICD_SIZE, MAP_CACHED);
	return base;
}

#define ACCESS_TEST(function, base, offset, instruction)                                        \
	static void function(void)                                                              \
	{                                                                                       \
		u8 *address = (base) + (offset);                                                \
                                                                                                \
		forbid_expect();                                                                \
		__asm__ volatile(                                                               \
			"mov x1, %0\n\tmov x2, #0\n\tmov x3, #0\n\t" instruction ::"r"(address) \
			: "x1", "x2", "x3", "x4", "v0", "memory");                              \
		forbid_report();                                                                \
	}

ACCESS_TEST(read_pair, forbid_gicd(), GICD_ISENABLER, "ldp w2, w3, [x1]")
ACCESS_TEST(write_pair, forbid_gicd(), GICD_ISENABLER, "stp w2, w3, [x1]")
ACCESS_TEST(read_writeback, forbid_gicd(), GICD_ISENABLER, "ldr w2, [x1], #4")
ACCESS_TEST(write_writeback, forbid_gicd(), GICD_ISENABLER, "str w2, [x1, #4]!")
ACCESS_TEST(read_simd, forbid_gicd(), GICD_ISENABLER, "ldr q0, [x1]")
ACCESS_TEST(write_simd, forbid_gicd(), GICD_ISENABLER, "str s0, [x1]")
ACCESS_TEST(read_exclusive, forbid_gicd(), GICD_ISENABLER, "ldxr w2, [x1]")
ACCESS_TEST(write_exclusive, forbid_gicd(), GICD_ISENABLER, "stxr w3, w2, [x1]")
ACCESS_TEST(read_unaligned, gicd_as_memory(), GICD_CTLR + 1, "ldr w2, [x1]")
ACCESS_TEST(write_unaligned, gicd_as_memory(), GICD_ISENABLER + 2, "str w2, [x1]")
ACCESS_TEST(read_unaligned_device, forbid_gicd(), GICD_CTLR + 1, "ldr w2, [x1]")
ACCESS_TEST(read_byte, forbid_gicd(), GICD_CTLR, "ldrb w2, [x1]")
ACCESS_TEST(read_half, forbid_gicd(), GICD_CTLR, "ldrh w2, [x1]")
ACCESS_TEST(read_double, forbid_gicd(), GICD_CTLR, "ldr x2, [x1]")
ACCESS_TEST(write_double, forbid_gicd(), GICD_ISENABLER, "str x2, [x1]")
ACCESS_TEST(read_signed, forbid_gicd(), GICD_IPRIORITYR, "ldrsb x2, [x1]")
ACCESS_TEST(execute_gicd, gicd_as_memory(), 0, "blr x1")
ACCESS_TEST(zero_gicd, gicd_as_memory(), 0, "dc zva, x1")

static void show_bits(const char *what, u32 offset, unsigned int intid)
{
	u32 value = io_read32(forbid_gicd() + offset + intid / 32 * 4);

	observed("%s of INTID %u: %u", what, intid, (value >> (intid % 32)) & 1);
}

static void set_bits(u32 offset, unsigned int intid)
{
	io_write32(forbid_gicd() + offset + intid / 32 * 4, 1u << (intid % 32));
}

static u64 route(unsigned int intid)
{
	if (comm_region->gic_version == 2)
		return io_read8(forbid_gicd() + GICD_ITARGETSR + intid);
	return io_read64(forbid_gicd() + GICD_IROUTER + 8 * intid);
}

static void set_own_route(unsigned int intid)
{
	u8 *base = forbid_gicd();

	if (comm_region->gic_version == 2)
		io_write8(base + GICD_ITARGETSR + intid, io_read8(base + GICD_ITARGETSR));
	else
		io_write64(base + GICD_IROUTER + 8 * intid, cpu_affinity());
}

/* Everything that one can do to an SPI. Twice, since off comes before on. */
void forbid_spi(unsigned int intid)
{
	u8 *base = forbid_gicd();

	forbid_expect();
	show_bits("enable", GICD_ISENABLER, intid);
	set_bits(GICD_ICENABLER, intid);
	set_bits(GICD_ISPENDR, intid);
	set_bits(GICD_ISACTIVER, intid);
	io_write8(base + GICD_IPRIORITYR + intid, 0x10);
	io_write32(base + GICD_ICFGR + intid / 16 * 4, ~0u);
	set_own_route(intid);
	io_write32(base + GICD_SETSPI_NSR, intid);
	set_bits(GICD_ISENABLER, intid);
	show_bits("enable", GICD_ISENABLER, intid);
	show_bits("pending", GICD_ISPENDR, intid);
	show_bits("active", GICD_ISACTIVER, intid);
	observed("priority 0x%x", io_read8(base + GICD_IPRIORITYR + intid));
	observed("configuration %u",
		 (io_read32(base + GICD_ICFGR + intid / 16 * 4) >> (intid % 16 * 2)) & 3);
	observed("route 0x%llx", route(intid));
	forbid_report();
}

static void foreign_spi(void)
{
	forbid_spi(forbid_intid("foreign"));
}

static void own_spi(void)
{
	unsigned int intid = forbid_intid("own");

	forbid_irqs();
	irq_enable(intid);
	show_bits("enable", GICD_ISENABLER, intid);
	set_bits(GICD_ISPENDR, intid);
	delay_us(10000);
	observed("%llu interrupts arrived", forbid_irq_count);
	set_bits(GICD_ICENABLER, intid);
	show_bits("enable", GICD_ISENABLER, intid);
}

static void priority_zero(void)
{
	u8 *private = forbid_gicd(), *spi = private + GICD_IPRIORITYR + forbid_intid("own");

	forbid_irqs();
	forbid_expect();
	if (comm_region->gic_version != 2)
	private = (u8 *)gic_own_redistributor() + GICR_SGI;
	io_write8(private + GICD_IPRIORITYR + TIMER_IRQ, 0);
	io_write32(private + GICD_IPRIORITYR, 0);
	io_write8(spi, 0);
	observed("priorities: timer 0x%x, SGI 0 0x%x, SPI 0x%x",
		 io_read8(private + GICD_IPRIORITYR + TIMER_IRQ),
		 io_read8(private + GICD_IPRIORITYR), io_read8(spi));
	forbid_report();
}

static void distributor_control(void)
{
	u8 *base = forbid_gicd();

	forbid_expect();
	observed("CTLR 0x%x TYPER 0x%x", io_read32(base), io_read32(base + 4));
	io_write32(base + GICD_CTLR, 0);
	observed("CTLR 0x%x after writing 0", io_read32(base));
	forbid_report();
}

static void read_all(void)
{
	u8 *base = forbid_gicd();
	u64 sum = 0;

	forbid_expect();
	for (u32 offset = 0; offset < GICD_SIZE; offset += 4)
		sum += io_read32(base + offset);
	observed("sum 0x%llx", sum);
	forbid_report();
}

/* Routes to other CPUs are refused by parking: they have tests of their own. */
static bool routes(u32 offset)
{
	if (comm_region->gic_version == 2)
		return offset >= GICD_ITARGETSR && offset < GICD_ICFGR;
	return offset >= GICD_IROUTER && offset < GICD_IROUTER + 8 * 1024;
}

/* All ones, then zeroes, to each register of the distributor. */
static void write_all(void)
{
	u8 *base = forbid_gicd();

	forbid_expect();
	for (u32 offset = 0; offset < GICD_SIZE; offset += 4) {
		if (routes(offset))
			continue;
		io_write32(base + offset, ~0u);
		io_write32(base + offset, 0);
	}
	observed("%u exceptions", forbid_exceptions.count);
	forbid_report();
}

/* A stream of SGIs to itself, so that the CPU hardly leaves its handler. */
static void sgi_storm(void)
{
	u64 self = cpu_affinity();

	forbid_irqs();
	for (;;)
		gic_send_sgi(self, 4);
}

static void wfi_masked(void)
{
	disable_irqs();
	observed("sleeping");
	for (;;)
		wait_for_interrupt();
}

const struct forbidden_test forbid_gic_tests[] = {
	{ "gicd-read-pair", read_pair },
	{ "gicd-write-pair", write_pair },
	{ "gicd-read-writeback", read_writeback },
	{ "gicd-write-writeback", write_writeback },
	{ "gicd-read-simd", read_simd },
	{ "gicd-write-simd", write_simd },
	{ "gicd-read-exclusive", read_exclusive },
	{ "gicd-write-exclusive", write_exclusive },
	{ "gicd-read-unaligned", read_unaligned },
	{ "gicd-write-unaligned", write_unaligned },
	{ "gicd-read-unaligned-device", read_unaligned_device },
	{ "gicd-read-byte", read_byte },
	{ "gicd-read-half", read_half },
	{ "gicd-read-double", read_double },
	{ "gicd-write-double", write_double },
	{ "gicd-read-signed", read_signed },
	{ "gicd-execute", execute_gicd },
	{ "gicd-zero", zero_gicd },
	{ "gicd-control", distributor_control },
	{ "gicd-read-all", read_all },
	{ "gicd-write-all", write_all },
	{ "spi-foreign", foreign_spi },
	{ "spi-own", own_spi },
	{ "priority-zero", priority_zero },
	{ "sgi-storm", sgi_storm },
	{ "wfi-masked", wfi_masked },
	{ NULL, NULL },
};
