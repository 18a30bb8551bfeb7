# SPDX-License-Identifier: GPL-2.0
"""
What the tests must know of a machine: read from the configs of its row in ci/boards.tsv, and from
one table of what no config says.
"""

import dataclasses
import functools

import pytest

import cellfile


@dataclasses.dataclass(frozen=True)
class Model:
    """What QEMU's model of an interrupt controller shows to the non-secure world."""

    ctlr: int
    typer: int
    # The lowest priority but 0.
    lowest: int
    # ID_AA64PFR0_EL1: fields EL3 and GIC.
    pfr0: int


# By GIC version, and whether there are two security states.
MODELS = {
    (3, False): Model(ctlr=0x53, typer=0x37a0008, lowest=0x8, pfr0=0x1000222),
    (3, True): Model(ctlr=0x12, typer=0x37a0408, lowest=0x8, pfr0=0x1002222),
    (2, False): Model(ctlr=0x1, typer=0x68, lowest=0x1, pfr0=0x222),
    (2, True): Model(ctlr=0x1, typer=0x468, lowest=0x2, pfr0=0x2222),
}
# The last of the machine's 256 SPIs, which is what wakes CPUs on a GICv2.
LAST_SPI = 287
# A device that Linux uses everywhere, and no cell has: its region's name, its interrupt, its driver.
LINUX_DEVICE = "RTC (PL031)"
LINUX_INTID = 34
LINUX_DRIVER = "rtc-pl031"


class Facts:
    """Of one row."""

    def __init__(self, board):
        self.system = cellfile.System(cellfile.built(board.root))
        self.root = cellfile.parse(self.system.data)
        self.demo = cellfile.parse(cellfile.built(f"{board.cells}-inmate-demo"))
        self.version = self.system.gic_version
        self.secure = "secure=on" in board.machine
        # What SMCCC_ARCH_FEATURES says of ARCH_WORKAROUND_1: only real firmware has it.
        self.workaround_1 = 0 if board.firmware == "tfa" else -1
        self.model = MODELS[self.version, self.secure]
        self.gicd = self.system.gicd
        # CPU interface or redistributors.
        self.gic_part = self.system.gicc if self.version == 2 else self.system.gicr
        self.uart = int.from_bytes(self.demo.console[:8], "little")
        (self.uart_intid,) = self.demo.irqchips[0].intids
        # Where the hypervisor writes its messages, but for the log.
        self.has_console = self.system.data[cellfile.DEBUG_CONSOLE:][:8] != bytes(8)
        # The other PL011 is Linux' console, if there is another one.
        self.uart_tty = "ttyAMA1" if board.console == "ttyAMA0" else "ttyAMA0"
        self.linux_device = self.root.regions[self.root.names.index(LINUX_DEVICE)]

    def uart_demo(self):
        """Parameter of the UART demo."""
        return f"irq={self.uart_intid - 32}"

    def words(self):
        """Parameters of the forbidden-things inmate: interrupts of its own and of others."""
        return f"own={self.uart_intid} foreign={LINUX_INTID} kick={LAST_SPI}"


@functools.cache
def of(board):
    return Facts(board)


def on_gic(version):
    """Mark of a test for machines with this version of the interrupt controller."""
    return pytest.mark.cases((), lambda board: [()] if of(board).version == version else [])


def described(cell, address):
    """How a report names what a cell has at a physical address: `region 1 (...) of cell ...`."""
    for number, region in enumerate(cell.regions):
        if region.phys <= address < region.phys + region.size and not region.flags & cellfile.COMM:
            return (f'region {number} ({cell.names[number]}) of cell "{cell.name}" '
                    f"({region.phys:#x}, size {region.size:#x})")
    raise ValueError(f"cell {cell.name} has nothing at {address:#x}")
