/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* GICv3: routes, redistributors, and the CPU interface in system registers. */
#include <gic.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>

#include "forbid_gic.h"

#define GICR_WAKER     0x0014
#define GICR_CTLR      0x0000
#define GICR_PROPBASER 0x0070
#define IRM            (1ULL << 31)

static u8 *foreign_redistributor(void)
{
	u64 n = (u64)cmdline_parse_int("frame", 0);
	u8 *base = (u8 *)comm_region->gicr_base + n * GICR_STRIDE;

	map_range(base, GICR_STRIDE, MAP_UNCACHED);
	return base;
}

static void route_foreign(void)
{
	u8 *router = forbid_gicd() + GICD_IROUTER + 8 * forbid_intid("own");

	forbid_expect();
	io_write64(router, 0);
	observed("router 0x%llx", io_read64(router));
	forbid_report();
}

static void route_any(void)
{
	u8 *router = forbid_gicd() + GICD_IROUTER + 8 * forbid_intid("own");

	forbid_expect();
	io_write64(router, IRM);
	observed("router 0x%llx", io_read64(router));
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
	u64 sum = 0;

	forbid_expect();
	for (unsigned int n = 0; n < 4; n++) {
		u8 *frame = (u8 *)comm_region->gicr_base + n * GICR_STRIDE;

		map_range(frame, GICR_STRIDE, MAP_UNCACHED);
		for (u32 offset = 0; offset < GICR_STRIDE; offset += 4)
			sum += io_read32(frame + offset);
	}
	observed("sum 0x%llx", sum);
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

/* From this register, which keeps its value. */
#define SEND_FROM(name)                                                                     \
	do {                                                                                \
		u64 value = 1ULL << (cpu_affinity() & 0xf) | 3 << 24, after;                \
		u64 arrived = forbid_irq_count;                                             \
                                                                                            \
		__asm__ volatile("mov " #name ", %1\n\t"                                    \
				 "msr S3_0_C12_C11_5, " #name "\n\t"                        \
				 "isb\n\t"                                                  \
				 "mov %0, " #name                                           \
				 : "=r"(after)                                              \
				 : "r"(value)                                               \
				 : #name, "memory");                                        \
		delay_us(1000);                                                             \
		observed("from " #name ": %llu arrived here%s", forbid_irq_count - arrived, \
			 after == value ? "" : ", the register has changed");               \
	} while (0)

static void sgi_from_registers(void)
{
	u64 before;

	forbid_irqs();
	forbid_expect();
	SEND_FROM(x0);
	SEND_FROM(x1);
	SEND_FROM(x2);
	SEND_FROM(x17);
	SEND_FROM(x28);
	SEND_FROM(x30);
	before = forbid_irq_count;
	__asm__ volatile("msr S3_0_C12_C11_5, xzr\n\tisb" ::: "memory");
	delay_us(1000);
	observed("from xzr: %llu arrived here", forbid_irq_count - before);
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

const struct forbidden_test forbid_gicv3_tests[] = {
	{ "route-foreign", route_foreign },
	{ "route-any", route_any },
	{ "gicr-foreign", foreign_gicr },
	{ "gicr-own", own_gicr },
	{ "gicr-read-all", read_all },
	{ "sgi-foreign", foreign_sgi },
	{ "sgi-from-registers", sgi_from_registers },
	{ "sgi-broadcast", broadcast_sgi },
	{ "sgi-group0", group0_sgi },
	{ "eoi-foreign", foreign_eoi },
	{ "wfi-group-off", wfi_group_off },
	{ "wfi-highest-active", wfi_highest_active },
	{ NULL, NULL },
};
