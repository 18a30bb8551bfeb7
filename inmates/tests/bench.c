/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What `make bench` counts, between markers that QEMU's plugin sees: a pair of
 * markers around each single operation, many times. Runs with and without a
 * hypervisor; what makes sense only in a cell is left out natively.
 *
 * Parameters:
 *	idle	do nothing until shutdown is requested
 *
 * Judges nothing and prints only what fails.
 */
#include <gic.h>
#include <inmate_comm.h>
#include <inmate_smp.h>
#include <inmate_sysregs.h>
#include <jailhouse/ivshmem.h>
#include <jailhouse/spsc-ring.h>

/* Numbers of the markers; ci/bench.py reads them here. */
enum {
	MARK_END = 0,
	MARK_NOTHING = 1,
	MARK_TIMER = 2,
	MARK_TIMER_PENDING = 3,
	MARK_TIMER_IDLE = 4,
	MARK_SGI_RECEIVED = 5,
	MARK_SGI_SENT = 6,
	MARK_HYPERCALL_INVALID = 7,
	MARK_CPU_GET_INFO = 8,
	MARK_PSCI_VERSION = 9,
	MARK_GICD_CTLR_READ = 10,
	MARK_GICD_ISENABLER_WRITE = 11,
	MARK_SMC_UNKNOWN = 12,
	MARK_HVC_FIRMWARE = 13,
	MARK_PMR_WRITE = 14,
	MARK_SGI_PENDING = 15,
	MARK_DOORBELL_SENT = 16,
	MARK_DOORBELL_NOBODY = 17,
	MARK_DOORBELL_PENDING = 18,
	MARK_RING_SEND_64 = 19,
	MARK_RING_RECEIVE_64 = 20,
	MARK_COPY_64 = 21,
	MARK_RING_SEND_1024 = 22,
	MARK_RING_RECEIVE_1024 = 23,
	MARK_COPY_1024 = 24,
	MARK_RING_SEND_4096 = 25,
	MARK_RING_RECEIVE_4096 = 26,
	MARK_COPY_4096 = 27,
};

#define ROUNDS         200
#define SGI            1
#define TIMER_DELAY    20000 /* ticks */
/* An SPI of the cell that no device raises. */
#define FREE_IRQ       220
/* Its channel: where its registers go, the pin's SPI, and a peer that is absent. */
#define CHANNEL_BAR    0x3f100000
#define CHANNEL_IRQ    (32 + 180)
#define NOBODY         2
#define GICD_ISENABLER 0x100
/* A SiP service that no firmware has. */
#define SMC_NOBODYS    0xc200ffff
#define PRIORITY_MASK  0xf0
/* ISR_EL1: an interrupt is pending. */
#define ISR_I          (1u << 7)

#define MARK(n) __asm__ volatile("hint #(0x60 + %0)" ::"i"(n) : "memory")

/* The message ring against a plain copy: both ends here, because the instructions of
 * each are the same whoever is the other. */
#define RING_ROUNDS 50
#define RING_SLOTS  2
#define RING_BYTES  4096

static struct spsc_end bench_tx, bench_rx;
static struct spsc_tail bench_tail;
static struct {
	struct spsc_ring ring;
	char slots[RING_SLOTS * (RING_BYTES + SPSC_CACHE_LINE)];
} __attribute__((aligned(SPSC_CACHE_LINE))) bench_section;
static char bench_message[RING_BYTES], bench_buffer[RING_BYTES];

#define MEASURE_RING(bytes)                                                      \
	for (int i = 0; i < RING_ROUNDS; i++) {                                  \
		/* Or the compiler would know more of it than of most copies. */ \
		volatile __u32 size = bytes;                                     \
		__u32 n = size;                                                  \
                                                                                 \
		MARK(MARK_RING_SEND_##bytes);                                    \
		spsc_send(&bench_tx, bench_message, n);                          \
		MARK(MARK_END);                                                  \
		MARK(MARK_RING_RECEIVE_##bytes);                                 \
		spsc_receive(&bench_rx, bench_buffer, n);                        \
		MARK(MARK_END);                                                  \
		MARK(MARK_COPY_##bytes);                                         \
		__builtin_memcpy(bench_buffer, bench_message, n);                \
		MARK(MARK_END);                                                  \
	}

/* True if a message arrives. */
static bool measure_rings(void)
{
	if (!spsc_producer_init(&bench_tx, &bench_section, &bench_tail, RING_SLOTS, RING_BYTES,
				0) ||
	    !spsc_consumer_init(&bench_rx, &bench_section, &bench_tail, RING_SLOTS, RING_BYTES, 0))
		return false;
	for (int n = 0; n < 3; n++) {
		spsc_send(&bench_tx, bench_message, 4);
		spsc_receive(&bench_rx, bench_buffer, 4);
	}
	MEASURE_RING(64)
	MEASURE_RING(1024)
	MEASURE_RING(4096)
	return spsc_send(&bench_tx, bench_message, 4) &&
	       spsc_receive(&bench_rx, bench_buffer, 4) == 4;
}

#define MEASURE(mark, operation)                   \
	do {                                       \
		for (int i = 0; i < ROUNDS; i++) { \
			MARK(mark);                \
			operation;                 \
			MARK(MARK_END);            \
		}                                  \
	} while (0)

static volatile u64 timer_irqs, sgi_irqs, sgi_rounds;
static volatile bool second_done;

static void handle_irq(unsigned int irqn)
{
	if (irqn == TIMER_IRQ) {
		write_sysreg(cntv_ctl_el0, 0);
		timer_irqs++;
	} else if (irqn == SGI) {
		sgi_irqs++;
	}
}

static void timer_while_busy(void)
{
	u64 before = timer_irqs;

	timer_start(TIMER_DELAY);
	while (timer_irqs == before)
		cpu_relax();
}

/* Masked, so that the interrupt cannot arrive just before the WFI and be missed. */
static void timer_while_idle(void)
{
	disable_irqs();
	timer_start(TIMER_DELAY);
	wait_for_interrupt();
	enable_irqs();
	isb();
}

/* So that what runs between the markers is always the same. */
static void wait_pending(void)
{
	while (!(read_sysreg(isr_el1) & ISR_I))
		cpu_relax();
}

static void measure_pending_timer(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		disable_irqs();
		timer_start(0);
		wait_pending();
		MARK(MARK_TIMER_PENDING);
		enable_irqs();
		isb();
		MARK(MARK_END);
	}
}

static void second_main(u64 argument)
{
	irq_init(handle_irq);
	irq_enable(SGI);
	enable_irqs();
	for (u64 round = 1; round <= ROUNDS; round++) {
		MARK(MARK_SGI_RECEIVED);
		sgi_rounds = round;
		while (sgi_irqs < round)
			cpu_relax();
		MARK(MARK_END);
	}
	for (u64 round = ROUNDS + 1; round <= 2 * ROUNDS; round++) {
		disable_irqs();
		sgi_rounds = round;
		wait_pending();
		MARK(MARK_SGI_PENDING);
		enable_irqs();
		isb();
		MARK(MARK_END);
	}
	disable_irqs();
	second_done = true;
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void measure_sgis(void)
{
	u64 second = cpu_affinity() + 1;
	s64 result = smp_start_cpu(second, second_main, 0);

	if (result != 0) {
		printk("bench: CPU_ON failed with PSCI result %lld\n", result);
		return;
	}
	for (u64 round = 1; round <= 2 * ROUNDS; round++) {
		while (sgi_rounds < round)
			cpu_relax();
		MARK(MARK_SGI_SENT);
		gic_send_sgi(second, SGI);
		MARK(MARK_END);
	}
	while (!second_done)
		cpu_relax();
}

static void measure_calls(void)
{
	u64 self = cpu_affinity();

	MEASURE(MARK_PSCI_VERSION, psci_call(PSCI_VERSION, 0, 0, 0));
	if (inmate_native())
		return;
	MEASURE(MARK_HYPERCALL_INVALID, jailhouse_call(~0UL));
	MEASURE(MARK_CPU_GET_INFO,
		jailhouse_call_arg2(JAILHOUSE_HC_CPU_GET_INFO, self, JAILHOUSE_CPU_INFO_STATE));
	MEASURE(MARK_SMC_UNKNOWN, smc_call(SMC_NOBODYS, 0, 0, 0));
	MEASURE(MARK_HVC_FIRMWARE, hvc_call(PSCI_VERSION, 0, 0, 0));
}

static void measure_gic(void)
{
	u8 *gicd = (u8 *)comm_region->gicd_base;

	MEASURE(MARK_GICD_CTLR_READ, io_read32(gicd));
	MEASURE(MARK_GICD_ISENABLER_WRITE,
		io_write32(gicd + GICD_ISENABLER + FREE_IRQ / 32 * 4, 1u << (FREE_IRQ % 32)));
	if (comm_region->gic_version >= 3)
		MEASURE(MARK_PMR_WRITE, write_sysreg(ICC_PMR_EL1, PRIORITY_MASK));
}

/* To itself: the cost does not depend on who is the peer. */
static void measure_doorbells(void)
{
	u8 *function = (u8 *)comm_region->pci_mmconfig_base, *registers = (u8 *)CHANNEL_BAR;
	u32 self;

	if (inmate_native())
		return;
	map_range(function, 0x1000, MAP_UNCACHED);
	map_range(registers, 0x1000, MAP_UNCACHED);
	io_write32(function + 0x10, CHANNEL_BAR);
	/* Memory. */
	io_write16(function + 0x04, 2);
	io_write32(registers + IVSHMEM_REG_INT_CONTROL, IVSHMEM_INT_ENABLE);
	self = io_read32(registers + IVSHMEM_REG_ID);
	irq_enable(CHANNEL_IRQ);
	for (int i = 0; i < ROUNDS; i++) {
		disable_irqs();
		MARK(MARK_DOORBELL_SENT);
		io_write32(registers + IVSHMEM_REG_DOORBELL, IVSHMEM_DOORBELL(self, 0));
		MARK(MARK_END);
		wait_pending();
		MARK(MARK_DOORBELL_PENDING);
		enable_irqs();
		isb();
		MARK(MARK_END);
	}
	MEASURE(MARK_DOORBELL_NOBODY,
		io_write32(registers + IVSHMEM_REG_DOORBELL, IVSHMEM_DOORBELL(NOBODY, 0)));
}

static void measure_timer(void)
{
	irq_enable(TIMER_IRQ);
	MEASURE(MARK_TIMER, timer_while_busy());
	measure_pending_timer();
	MEASURE(MARK_TIMER_IDLE, timer_while_idle());
}

void inmate_main(void)
{
	if (cmdline_parse_bool("idle", false)) {
		while (!comm_shutdown_requested())
			cpu_relax();
		comm_shut_down();
	}
	irq_init(handle_irq);
	enable_irqs();
	MEASURE(MARK_NOTHING, (void)0);
	measure_calls();
	measure_gic();
	measure_doorbells();
	if (!measure_rings())
		printk("bench: the ring lost a message\n");
	measure_timer();
	measure_sgis();
	comm_shut_down();
}
