/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The interrupt controller: foreign interrupts and CPUs, and odd accesses. */
#include <gic.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#include "forbid.h"

#define GICD_CTLR       0x0000
#define GICD_SETSPI_NSR 0x0040
#define GICD_IGROUPR    0x0080
#define GICD_ISENABLER  0x0100
#define GICD_ICENABLER  0x0180
#define GICD_ISPENDR    0x0200
#define GICD_ISACTIVER  0x0300
#define GICD_IPRIORITYR 0x0400
#define GICD_ICFGR      0x0c00
#define GICD_IROUTER    0x6000
#define GICD_SIZE       0x10000
#define GICR_WAKER      0x0014
#define GICR_CTLR       0x0000
#define GICR_PROPBASER  0x0070
#define GICR_STRIDE     0x20000
#define GICR_SGI        0x10000
#define IRM             (1ULL << 31)

/* UART0 of the board, which root owns, and UART1, which the demo cell owns. */
#define FOREIGN_INTID 33
#define OWN_INTID     40

static u8 *gicd(void)
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

static u8 *foreign_redistributor(void)
{
	u64 n = (u64)cmdline_parse_int("frame", 0);
	u8 *base = (u8 *)comm_region->gicr_base + n * GICR_STRIDE;

	map_range(base, GICR_STRIDE, MAP_UNCACHED);
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

ACCESS_TEST(read_pair, gicd(), GICD_ISENABLER, "ldp w2, w3, [x1]")
ACCESS_TEST(write_pair, gicd(), GICD_ISENABLER, "stp w2, w3, [x1]")
ACCESS_TEST(read_writeback, gicd(), GICD_ISENABLER, "ldr w2, [x1], #4")
ACCESS_TEST(write_writeback, gicd(), GICD_ISENABLER, "str w2, [x1, #4]!")
ACCESS_TEST(read_simd, gicd(), GICD_ISENABLER, "ldr q0, [x1]")
ACCESS_TEST(write_simd, gicd(), GICD_ISENABLER, "str s0, [x1]")
ACCESS_TEST(read_exclusive, gicd(), GICD_ISENABLER, "ldxr w2, [x1]")
ACCESS_TEST(write_exclusive, gicd(), GICD_ISENABLER, "stxr w3, w2, [x1]")
ACCESS_TEST(read_unaligned, gicd_as_memory(), GICD_CTLR + 1, "ldr w2, [x1]")
ACCESS_TEST(write_unaligned, gicd_as_memory(), GICD_ISENABLER + 2, "str w2, [x1]")
ACCESS_TEST(read_unaligned_device, gicd(), GICD_CTLR + 1, "ldr w2, [x1]")
ACCESS_TEST(read_byte, gicd(), GICD_CTLR, "ldrb w2, [x1]")
ACCESS_TEST(read_half, gicd(), GICD_CTLR, "ldrh w2, [x1]")
ACCESS_TEST(read_double, gicd(), GICD_CTLR, "ldr x2, [x1]")
ACCESS_TEST(write_double, gicd(), GICD_ISENABLER, "str x2, [x1]")
ACCESS_TEST(read_signed, gicd(), GICD_IPRIORITYR, "ldrsb x2, [x1]")
ACCESS_TEST(execute_gicd, gicd_as_memory(), 0, "blr x1")
ACCESS_TEST(zero_gicd, gicd_as_memory(), 0, "dc zva, x1")

static void show_bits(const char *what, u32 offset, unsigned int intid)
{
	u32 value = io_read32(gicd() + offset + intid / 32 * 4);

	observed("%s of INTID %u: %u", what, intid, (value >> (intid % 32)) & 1);
}

static void set_bits(u32 offset, unsigned int intid)
{
	io_write32(gicd() + offset + intid / 32 * 4, 1u << (intid % 32));
}

static void foreign_spi(void)
{
	unsigned int intid = (unsigned int)cmdline_parse_int("intid", FOREIGN_INTID);
	u8 *base = gicd();

	forbid_expect();
	show_bits("enable", GICD_ISENABLER, intid);
	set_bits(GICD_ICENABLER, intid);
	set_bits(GICD_ISPENDR, intid);
	set_bits(GICD_ISACTIVER, intid);
	io_write8(base + GICD_IPRIORITYR + intid, 0x10);
	io_write32(base + GICD_ICFGR + intid / 16 * 4, ~0u);
	io_write64(base + GICD_IROUTER + 8 * intid, cpu_affinity());
	io_write32(base + GICD_SETSPI_NSR, intid);
	show_bits("enable", GICD_ISENABLER, intid);
	show_bits("pending", GICD_ISPENDR, intid);
	show_bits("active", GICD_ISACTIVER, intid);
	observed("priority 0x%x", io_read8(base + GICD_IPRIORITYR + intid));
	observed("router 0x%llx", io_read64(base + GICD_IROUTER + 8 * intid));
	forbid_report();
}

static void own_spi(void)
{
	unsigned int intid = (unsigned int)cmdline_parse_int("intid", OWN_INTID);

	forbid_irqs();
	irq_enable(intid);
	show_bits("enable", GICD_ISENABLER, intid);
	set_bits(GICD_ISPENDR, intid);
	delay_us(10000);
	observed("%llu interrupts arrived", forbid_irq_count);
	set_bits(GICD_ICENABLER, intid);
	show_bits("enable", GICD_ISENABLER, intid);
}

static void route_foreign(void)
{
	u8 *router = gicd() + GICD_IROUTER + 8 * OWN_INTID;

	forbid_expect();
	io_write64(router, 0);
	observed("router 0x%llx", io_read64(router));
	forbid_report();
}

static void route_any(void)
{
	u8 *router = gicd() + GICD_IROUTER + 8 * OWN_INTID;

	forbid_expect();
	io_write64(router, IRM);
	observed("router 0x%llx", io_read64(router));
	forbid_report();
}

static void priority_zero(void)
{
	u8 *sgi = (u8 *)gic_own_redistributor() + GICR_SGI;

	forbid_irqs();
	forbid_expect();
	io_write8(sgi + GICD_IPRIORITYR + TIMER_IRQ, 0);
	io_write32(sgi + GICD_IPRIORITYR, 0);
	io_write8(gicd() + GICD_IPRIORITYR + OWN_INTID, 0);
	observed("priorities: timer 0x%x, SGI 0 0x%x, SPI 0x%x",
		 io_read8(sgi + GICD_IPRIORITYR + TIMER_IRQ), io_read8(sgi + GICD_IPRIORITYR),
		 io_read8(gicd() + GICD_IPRIORITYR + OWN_INTID));
	forbid_report();
}

static void distributor_control(void)
{
	u8 *base = gicd();

	forbid_expect();
	observed("CTLR 0x%x TYPER 0x%x", io_read32(base), io_read32(base + 4));
	io_write32(base + GICD_CTLR, 0);
	observed("CTLR 0x%x after writing 0", io_read32(base));
	forbid_report();
}

static void foreign_gicr(void)
{
	u8 *frame = foreign_redistributor();

	forbid_expect();
	observed("TYPER 0x%llx", io_read64(frame + 8));
	io_write32(frame + GICR_SGI + GICD_ICENABLER, ~0u);
	io_write32(frame + GICR_SGI + GICD_ISPENDR, ~0u);
	io_write32(frame + GICR_WAKER, 2);
	observed("enable 0x%x pending 0x%x waker 0x%x",
		 io_read32(frame + GICR_SGI + GICD_ISENABLER),
		 io_read32(frame + GICR_SGI + GICD_ISPENDR), io_read32(frame + GICR_WAKER));
	forbid_report();
}

/* Sleep, LPIs, and the interrupt by which the hypervisor takes the CPU. */
static void own_gicr(void)
{
	u8 *frame = gic_own_redistributor();

	forbid_expect();
	io_write32(frame + GICR_WAKER, 2);
	io_write32(frame + GICR_CTLR, 1);
	io_write64(frame + GICR_PROPBASER, forbid_address());
	io_write32(frame + GICR_SGI + GICD_ICENABLER, 1u << 25);
	io_write32(frame + GICR_SGI + GICD_IGROUPR, 0);
	observed("waker 0x%x ctlr 0x%x propbaser 0x%llx enable 0x%x", io_read32(frame + GICR_WAKER),
		 io_read32(frame + GICR_CTLR), io_read64(frame + GICR_PROPBASER),
		 io_read32(frame + GICR_SGI + GICD_ISENABLER));
	forbid_report();
}

static void read_all(void)
{
	u8 *base = gicd(), *frame;
	u64 sum = 0;

	forbid_expect();
	for (u32 offset = 0; offset < GICD_SIZE; offset += 4)
		sum += io_read32(base + offset);
	for (unsigned int n = 0; n < 4; n++) {
		frame = (u8 *)comm_region->gicr_base + n * GICR_STRIDE;
		map_range(frame, GICR_STRIDE, MAP_UNCACHED);
		for (u32 offset = 0; offset < GICR_STRIDE; offset += 4)
			sum += io_read32(frame + offset);
	}
	observed("sum 0x%llx", sum);
	forbid_report();
}

/* All ones, then zeroes, to each register of the distributor. */
static void write_all(void)
{
	u8 *base = gicd();

	forbid_expect();
	for (u32 offset = 0; offset < GICD_SIZE; offset += 4) {
		/* Routes to other CPUs are refused by parking; own test. */
		if (offset >= GICD_IROUTER && offset < 0x8000)
			continue;
		io_write32(base + offset, ~0u);
		io_write32(base + offset, 0);
	}
	observed("%u exceptions", forbid_exceptions.count);
	forbid_report();
}

static void send(const char *what, u64 value)
{
	u64 before = forbid_irq_count;

	write_sysreg(ICC_SGI1R_EL1, value);
	isb();
	delay_us(1000);
	observed("%s: %llu arrived here", what, forbid_irq_count - before);
}

static void foreign_sgi(void)
{
	u64 self = cpu_affinity() & 0xf;

	forbid_irqs();
	forbid_expect();
	send("to self", 1ULL << self | 3 << 24);
	send("to CPU 0", 1 | 3 << 24);
	send("to all of the cluster", 0xffff | 3 << 24);
	send("to another cluster", 1ULL << 16 | 0xffff | 3 << 24);
	send("to affinity 3.2", 1ULL << 48 | 1ULL << 32 | 0xffff | 3 << 24);
	send("to range selector 1", 1ULL << 44 | 0xffff | 3 << 24);
	for (u64 sgi = 0; sgi < 16; sgi++)
		send("every number to CPU 0", 1 | sgi << 24);
	forbid_report();
}

static void broadcast_sgi(void)
{
	forbid_irqs();
	forbid_expect();
	send("to all but self", 1ULL << 40 | 3 << 24);
	forbid_report();
}

static void group0_sgi(void)
{
	forbid_irqs();
	forbid_expect();
	write_sysreg(ICC_SGI0R_EL1, 0xffff | 3 << 24);
	write_sysreg(ICC_ASGI1R_EL1, 0xffff | 3 << 24);
	isb();
	delay_us(1000);
	observed("%llu arrived here", forbid_irq_count);
	forbid_report();
}

/* Ends interrupts that are not active here, or not ours. */
static void foreign_eoi(void)
{
	forbid_irqs();
	forbid_expect();
	for (u64 intid = 0; intid < 64; intid++) {
		write_sysreg(ICC_EOIR1_EL1, intid);
		write_sysreg(ICC_DIR_EL1, intid);
	}
	isb();
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

/* A WFI that no interrupt of the cell can end. */
static void wfi_group_off(void)
{
	forbid_irqs();
	disable_irqs();
	write_sysreg(ICC_IGRPEN1_EL1, 0);
	write_sysreg(ICC_PMR_EL1, 0);
	isb();
	observed("sleeping");
	for (;;)
		wait_for_interrupt();
}

static void wfi_highest_active(void)
{
	forbid_irqs();
	disable_irqs();
	write_sysreg(S3_0_C12_C9_0, 1); /* ICC_AP1R0_EL1 */
	isb();
	observed("sleeping");
	for (;;)
		wait_for_interrupt();
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
	{ "gic-read-all", read_all },
	{ "gicd-write-all", write_all },
	{ "spi-foreign", foreign_spi },
	{ "spi-own", own_spi },
	{ "route-foreign", route_foreign },
	{ "route-any", route_any },
	{ "priority-zero", priority_zero },
	{ "gicr-foreign", foreign_gicr },
	{ "gicr-own", own_gicr },
	{ "sgi-foreign", foreign_sgi },
	{ "sgi-broadcast", broadcast_sgi },
	{ "sgi-group0", group0_sgi },
	{ "sgi-storm", sgi_storm },
	{ "eoi-foreign", foreign_eoi },
	{ "wfi-group-off", wfi_group_off },
	{ "wfi-highest-active", wfi_highest_active },
	{ "wfi-masked", wfi_masked },
	{ NULL, NULL },
};
