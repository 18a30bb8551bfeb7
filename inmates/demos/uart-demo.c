/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * UART demo: a line each second, and an echo of what is received, by interrupt.
 *
 * Parameters:
 *	irq=N		SPI number of the UART (default 8: UART1 of QEMU's `virt`; without
 *			a hypervisor 1), -1: do not receive
 *	lines=N		stop after N lines (default 0: never)
 *
 * A shutdown request is looked for all the time, and approved.
 */
#include <gic.h>
#include <inmate_comm.h>
#include <jailhouse/pl011.h>

#define FIRST_SPI 32

static u8 *uart;
static unsigned int uart_irq;

static void handle_irq(unsigned int irqn)
{
	if (irqn != uart_irq)
		return;
	io_write32(uart + PL011_ICR, PL011_INT_RX | PL011_INT_RX_TIMEOUT);
	while (!(io_read32(uart + PL011_FR) & PL011_FR_RXFE))
		printk("Received: '%c'\n", (char)io_read32(uart + PL011_DR));
}

static void receive_by_irq(unsigned int spi)
{
	uart = (u8 *)comm_region->console.address;
	uart_irq = FIRST_SPI + spi;
	irq_init(handle_irq);
	irq_enable(uart_irq);
	io_write32(uart + PL011_CR, PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
	io_write32(uart + PL011_IMSC, PL011_INT_RX | PL011_INT_RX_TIMEOUT);
	enable_irqs();
}

void inmate_main(void)
{
	long long spi = cmdline_parse_int("irq", inmate_native() ? 1 : 8);
	u64 limit = (u64)cmdline_parse_int("lines", 0);
	u64 start, second = timer_get_frequency();

	if (spi >= 0 && comm_region->console.type == JAILHOUSE_CON_TYPE_PL011)
		receive_by_irq((unsigned int)spi);

	for (u64 line = 1; !limit || line <= limit; line++) {
		disable_irqs();
		printk("Hello %llu from cell!\n", line);
		enable_irqs();
		start = timer_get_ticks();
		while (timer_get_ticks() - start < second) {
			if (comm_shutdown_requested()) {
				disable_irqs();
				printk("Shutdown requested, approving\n");
				comm_shut_down();
			}
			cpu_relax();
		}
	}
	disable_irqs();
	printk("Done\n");
	comm_shut_down();
}
