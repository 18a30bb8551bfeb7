# SPDX-License-Identifier: GPL-2.0
"""
Reads a flattened device tree (Devicetree Specification 0.4, chapters 2 and 5): nodes, registers
as the CPUs see them, interrupts.
"""

import dataclasses
import struct

BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9


@dataclasses.dataclass
class Node:
    name: str
    parent: "Node"
    props: dict = dataclasses.field(default_factory=dict)
    children: list = dataclasses.field(default_factory=list)

    @property
    def path(self):
        return f"{self.parent.path.rstrip('/')}/{self.name}" if self.parent else "/"

    def cells(self, name, default=None):
        """A property as a list of 32-bit numbers."""
        value = self.props.get(name)
        return default if value is None else list(struct.unpack(f">{len(value) // 4}I", value))

    def strings(self, name):
        return self.props.get(name, b"\0").rstrip(b"\0").decode().split("\0")

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def enabled(self):
        """The node and all above it."""
        return self.strings("status")[0] in ("", "ok", "okay") and (
            not self.parent or self.parent.enabled)

    def inherited(self, name):
        """The first cell of a property of this node, or of the nearest one above that has it."""
        node = self
        while node and name not in node.props:
            node = node.parent
        return node.cells(name)[0] if node else None

    def size_of(self, name):
        return self.cells(name, [{"#address-cells": 2, "#size-cells": 1}[name]])[0]

    def ranges(self, child_address_cells):
        """(address below this bus, address above it, size); None: no way through."""
        if "ranges" not in self.props:
            return None
        up, size = self.parent.size_of("#address-cells"), self.size_of("#size-cells")
        width = child_address_cells + up + size
        cells = self.cells("ranges")
        return [(number(row[:child_address_cells][-2:]),
                 number(row[child_address_cells:child_address_cells + up]),
                 number(row[child_address_cells + up:]))
                for row in (cells[i:i + width] for i in range(0, len(cells), width))]

    def upwards(self, address):
        """The CPUs' address of one on this bus; None if they cannot reach it."""
        if not self.parent:
            return address
        ranges = self.ranges(self.size_of("#address-cells"))
        if ranges is None:
            return None
        if ranges:
            address = next((above + address - below for below, above, size in ranges
                            if below <= address < below + size), None)
        return None if address is None else self.parent.upwards(address)

    def regs(self):
        """[(address for the CPUs, size)] of `reg`."""
        if "reg" not in self.props or not self.parent or not self.parent.size_of("#size-cells"):
            return []
        split = self.parent.size_of("#address-cells")
        width = split + self.parent.size_of("#size-cells")
        cells = self.cells("reg")
        rows = (cells[i:i + width] for i in range(0, len(cells), width))
        found = ((self.parent.upwards(number(row[:split])), number(row[split:])) for row in rows)
        return [(base, size) for base, size in found if base is not None and size]

    def windows(self):
        """The same of a PCI host's memory windows."""
        if self.strings("device_type") != ["pci"]:
            return []
        return [(self.parent.upwards(above), size) for _, above, size in self.ranges(3)]

    def interrupts(self, controller):
        """[(0 for SPI or 1 for PPI, number)] of those that arrive at the GIC with that phandle."""
        if "interrupts" not in self.props or self.inherited("interrupt-parent") != controller:
            return []
        cells = self.cells("interrupts")
        return [(cells[i], cells[i + 1]) for i in range(0, len(cells), 3)]


def number(cells):
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value


def read(path):
    """The root node of a .dtb file."""
    with open(path, "rb") as f:
        data = f.read()
    _, _, at, strings = struct.unpack(">4I", data[:16])
    root = node = None
    while True:
        token, = struct.unpack(">I", data[at:at + 4])
        at += 4
        if token == BEGIN_NODE:
            end = data.index(b"\0", at)
            child = Node(data[at:end].decode(), node)
            at = (end + 4) & ~3
            if node:
                node.children.append(child)
            root = root or child
            node = child
        elif token == END_NODE:
            node = node.parent
        elif token == PROP:
            length, name = struct.unpack(">2I", data[at:at + 8])
            at += 8
            end = data.index(b"\0", strings + name)
            node.props[data[strings + name:end].decode()] = data[at:at + length]
            at = (at + length + 3) & ~3
        elif token == END:
            return root
        elif token != NOP:
            raise ValueError(f"{path}: token {token} at {at - 4}")
