/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where the output of an inmate goes: the UART that the config or the command
 * line names, and the hypervisor's console, if permitted. Both at once is fine.
 */
#include <inmate_private.h>
#include <jailhouse/uart.h>

static struct uart uart;
static bool virtual_console;

static void override(struct jailhouse_console *console, const char *param, u16 flag)
{
	if (cmdline_parse_bool(param, console->flags & flag))
		console->flags |= flag;
	else
		console->flags &= (u16)~flag;
}

static void read_parameters(struct jailhouse_console *console)
{
	const struct uart_driver *driver;
	const char *name;
	char buffer[16];

	name = cmdline_parse_str("con-type", buffer, sizeof(buffer), NULL);
	if (name) {
		/* The config describes another UART, or none. */
		console->type = JAILHOUSE_CON_TYPE_NONE;
		console->flags |= JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4;
		for (unsigned int n = 0; (driver = uart_get(n)) != NULL; n++)
			if (strcmp(driver->name, name) == 0)
				console->type = driver->type;
	}
	console->address = (u64)cmdline_parse_int("con-base", (long long)console->address);
	console->divider = (u32)cmdline_parse_int("con-divider", console->divider);
	console->gate_nr = (u32)cmdline_parse_int("con-gate-nr", console->gate_nr);
	console->clock_reg = (u64)cmdline_parse_int("con-clock-reg", (long long)console->clock_reg);
	override(console, "con-gate-inverted", JAILHOUSE_CON_INVERTED_GATE);
	if (cmdline_parse_bool("con-regdist-1", false))
		console->flags &= (u16)~JAILHOUSE_CON_REGDIST_4;
}

static void open_clock_gate(const struct jailhouse_console *console)
{
	void *gate = (void *)console->clock_reg;
	u32 bit = 1u << (console->gate_nr & 31);
	u32 value;

	if (!gate)
		return;
	map_range(gate, 4, MAP_UNCACHED);
	value = io_read32(gate);
	io_write32(gate, CON_HAS_INVERTED_GATE(console->flags) ? value & ~bit : value | bit);
}

void console_init(void)
{
	struct jailhouse_console console = comm_region->console;

	read_parameters(&console);
	if (console.type != JAILHOUSE_CON_TYPE_NONE && console.address) {
		open_clock_gate(&console);
		map_range((void *)console.address, PAGE_SIZE, MAP_UNCACHED);
		uart_open(&uart, &console, (void *)console.address);
	}
	if (JAILHOUSE_COMM_HAS_DBG_PUTC_PERMITTED(comm_region->flags))
		virtual_console = cmdline_parse_bool(
			"con-virtual", JAILHOUSE_COMM_HAS_DBG_PUTC_ACTIVE(comm_region->flags));
}

void console_putc(char c)
{
	if (c == '\n')
		console_putc('\r');
	uart_putc(&uart, c);
	if (virtual_console)
		jailhouse_call_arg1(JAILHOUSE_HC_DEBUG_CONSOLE_PUTC, (u8)c);
}
