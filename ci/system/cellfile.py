# SPDX-License-Identifier: GPL-2.0
"""
Cell configs as Python objects: read from a compiled .cell, changed, and packed again, also into
something that breaks the rules. The layout is that of include/jailhouse/cell-config.h.
"""

import dataclasses
import glob
import os
import struct

from guest import BUILD

READ, WRITE, EXECUTE, DMA, IO, COMM, LOADABLE, ROOTSHARED = (1 << n for n in range(8))
IO_32 = 4 << 16
RAM = READ | WRITE | EXECUTE | LOADABLE

PASSIVE_COMMREG = 0x1
EXTENDED = 0x20000000
CONSOLE_PERMITTED = 0x40000000

VIOLATION_PARK, VIOLATION_ABORT = 0, 1
TRAP_WFI, SCRUB = 1, 2

SYSTEM_SIZE = 488
# Offsets of fields that tests overwrite.
SIGNATURE, ARCHITECTURE, REVISION, NAME, ID, FLAGS = 0, 5, 6, 8, 40, 44
CPU_SET_SIZE, NUM_REGIONS, NUM_CACHES, NUM_IRQCHIPS, NUM_PIOS, NUM_PCI, NUM_CAPS, NUM_STREAMS = range(
    48, 80, 4)
PCI_IS_VIRTUAL = 85
SYSTEM_FLAGS, HYPERVISOR_MEMORY, DEBUG_CONSOLE, PLATFORM, GIC, ROOT_CELL = 8, 12, 44, 76, 312, 356
# In GIC.
GIC_VERSION, GICD_BASE, GICC_BASE, GICR_BASE = 313, 316, 324, 348

_HEADER = struct.Struct("<5sBH32sII8IIQQ32s")
_REGION = struct.Struct("<4Q")
_IRQCHIP = struct.Struct("<QII4I")
_EXT_HEADER = struct.Struct("<QII")
_REGION_NAME = 2
_MAGIC = 0x315458454b4c4243


def built(name):
    """The bytes of build/configs/<board>/NAME.cell."""
    (path,) = glob.glob(os.path.join(BUILD, "configs", "*", name + ".cell"))
    with open(path, "rb") as f:
        return f.read()


@dataclasses.dataclass
class Region:
    phys: int
    virt: int
    size: int
    flags: int

    def pack(self):
        return _REGION.pack(self.phys, self.virt, self.size, self.flags)


@dataclasses.dataclass
class Irqchip:
    """The interrupts of one descriptor, as INTIDs."""

    intids: set
    pin_base: int = 32
    address: int = 0x08000000
    id: int = 0

    def pack(self):
        words = [0] * 4
        for intid in self.intids:
            bit = intid - self.pin_base
            words[bit // 32] |= 1 << bit % 32
        return _IRQCHIP.pack(self.address, self.id, self.pin_base, *words)


def cpu_mask(*cpus, size=8):
    return sum(1 << cpu for cpu in cpus).to_bytes(size, "little")


def comm_region():
    return Region(0, 0x80000000, 0x1000, READ | WRITE | COMM)


@dataclasses.dataclass
class Cell:
    """A non-root cell. `records` is what the extension block holds, packed."""

    name: str = "inmate-demo"
    cpus: tuple = (3,)
    regions: list = dataclasses.field(default_factory=list)
    irqchips: list = dataclasses.field(default_factory=list)
    flags: int = CONSOLE_PERMITTED
    reset_address: int = 0
    reply_timeout: int = 2000000
    console: bytes = bytes(32)
    records: list = dataclasses.field(default_factory=list)
    # Of each region; only parse() fills this in.
    names: list = dataclasses.field(default_factory=list)

    def pack(self):
        mask = cpu_mask(*self.cpus)
        flags = self.flags | (EXTENDED if self.records else 0)
        counts = (len(mask), len(self.regions), 0, len(self.irqchips), 0, 0, 0, 0)
        data = _HEADER.pack(b"JHCLL", 2, 14, self.name.encode(), 0, flags, *counts, 0,
                            self.reset_address, self.reply_timeout, self.console) + mask
        data += b"".join(part.pack() for part in [*self.regions, *self.irqchips])
        if self.records:
            block = b"".join(self.records)
            data += _EXT_HEADER.pack(_MAGIC, 16 + len(block), len(self.records)) + block
        return data


def policy(on_violation=VIOLATION_PARK, flags=TRAP_WFI | SCRUB):
    return struct.pack("<HHIII", 1, 0, 16, on_violation, flags)


def region_name(region, name):
    return struct.pack("<HHII28s", _REGION_NAME, 0, 40, region, name.encode())


def patched(data, offset, new):
    """The bytes with `new` (bytes, or a number for 4 bytes) at the offset."""
    if isinstance(new, int):
        new = struct.pack("<I", new)
    return data[:offset] + new + data[offset + len(new):]


def with_ram(system, region):
    """A system config whose root cell has one more region, behind the others."""
    cpu_set_size, regions = struct.unpack_from("<II", system, ROOT_CELL + CPU_SET_SIZE)
    at = ROOT_CELL + _HEADER.size + cpu_set_size + regions * _REGION.size
    return patched(system[:at] + region.pack() + system[at:], ROOT_CELL + NUM_REGIONS, regions + 1)


def _parse_irqchip(data):
    address, number, base, *words = _IRQCHIP.unpack(data)
    return Irqchip({base + bit for bit in range(128) if words[bit // 32] >> bit % 32 & 1}, base,
                   address, number)


def parse(data):
    """The Cell in a good config; of a system config, the root cell. Caches, PCI and the like are
    left out, as are all records but the names of regions."""
    if data.startswith(b"JHSYS"):
        data = data[ROOT_CELL:]
    _, _, _, name, _, flags, *counts, _, reset, timeout, console = _HEADER.unpack_from(data)
    at = _HEADER.size + counts[0]
    mask = int.from_bytes(data[_HEADER.size:at], "little")
    cell = Cell(name=name.rstrip(b"\0").decode(), flags=flags & ~EXTENDED, reset_address=reset,
                cpus=tuple(cpu for cpu in range(counts[0] * 8) if mask >> cpu & 1),
                reply_timeout=timeout, console=console, names=[""] * counts[1])
    for _ in range(counts[1]):
        cell.regions.append(Region(*_REGION.unpack_from(data, at)))
        at += _REGION.size
    at += 12 * counts[2]
    for _ in range(counts[3]):
        cell.irqchips.append(_parse_irqchip(data[at:at + _IRQCHIP.size]))
        at += _IRQCHIP.size
    at += 4 * counts[4] + 56 * counts[5] + 8 * counts[6] + 4 * counts[7]
    if flags & EXTENDED:
        at += _EXT_HEADER.size
    while at < len(data):
        kind, _, size, *_ = struct.unpack_from("<HHI", data, at)
        if kind == _REGION_NAME:
            region, text = struct.unpack_from("<I28s", data, at + 8)
            cell.names[region] = text.rstrip(b"\0").decode()
        at += size
    return cell


class System:
    """What a system config says of the machine."""

    def __init__(self, data):
        self.data = data
        self.hypervisor = Region(*_REGION.unpack_from(data, HYPERVISOR_MEMORY))
        self.kick_ppi, self.gic_version = data[GIC:GIC + 2]
        (self.pci_mmconfig,) = struct.unpack_from("<Q", data, PLATFORM)
        self.gicd, self.gicc, _, _, self.gicr = struct.unpack_from("<5Q", data, GIC + 4)


def quiet_system(board):
    """The row's root config without a UART for the hypervisor, so that the guest's console carries
    only what Linux says, and reports are read untorn from the hypervisor's log."""
    return patched(built(board.root), DEBUG_CONSOLE, bytes(32))
