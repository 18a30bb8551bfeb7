# SPDX-License-Identifier: GPL-2.0
"""
The configs of boards against the device trees that Linux gets there, with both kernels: Debian's, or
one that QEMU makes. A device that is forgotten here aborts in the middle of a driver after
`enable`; a number that is wrong gives a cell nothing, or something of somebody else.
"""

import dataclasses
import os
import pathlib
import struct
import subprocess
import sys

import devicetree
import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "ci"))

import boards  # noqa: E402
import guest  # noqa: E402

BUILD = pathlib.Path(os.environ.get("B", "build")).resolve()
TOOL = BUILD / "tools/tests/jailhouse-fake"
DEBIAN = {"zcu102": "xilinx/zynqmp-zcu102-rev1.0.dtb", "imx8mp-evk": "freescale/imx8mp-evk.dtb",
          "rpi4": "broadcom/bcm2711-rpi-4-b.dtb"}
# QEMU makes the device tree, for the first row of ci/boards.tsv with this root and the kernel.
QEMU = ("qemu-arm64", "versal-virt")
KERNELS = ("6.1", "6.12")
DEMOS = ("inmate-demo", "smp-demo")
GICS = ("arm,gic-400", "arm,gic-v3")
REDISTRIBUTOR_SIZE = 0x20000
# Of include/jailhouse/cell-config.h.
IO, COMM, LOADABLE = 0x10, 0x20, 0x40


@dataclasses.dataclass
class Config:
    """What a .cell file says. Regions are (physical base, size, flags)."""

    regions: list
    spis: set
    console: int
    cpus: int
    hypervisor: tuple = None
    kick: int = None
    version: int = None
    gic: dict = None


def read_config(board, name):
    data = (BUILD / f"configs/{board}/{name}.cell").read_bytes()
    head = 356 if data[:5] == b"JHSYS" else 0
    cpu_set, regions, caches, chips = struct.unpack_from("<4I", data, head + 48)
    console, = struct.unpack_from("<Q", data, 44 if head else 100)
    at = head + 132
    config = Config([], set(), console, int.from_bytes(data[at:at + cpu_set], "little"))
    at += cpu_set
    for _ in range(regions):
        base, _, size, flags = struct.unpack_from("<4Q", data, at)
        config.regions.append((base, size, flags))
        at += 32
    assert caches == 0
    for _ in range(chips):
        _, _, pin_base, *words = struct.unpack_from("<Q6I", data, at)
        config.spis |= {pin_base + 32 * n + bit - 32 for n, word in enumerate(words)
                        for bit in range(32) if word >> bit & 1}
        at += 32
    if head:
        config.hypervisor = struct.unpack_from("<Q8xQ", data, 12)
        config.kick, config.version = data[312], data[313]
        config.gic = dict(zip("dchvr", struct.unpack_from("<5Q", data, 316)))
    return config


@dataclasses.dataclass
class Board:
    name: str
    # As Debian or QEMU has it, and as it is with our overlays.
    tree: devicetree.Node
    merged: devicetree.Node
    root: Config
    # Where Linux ends that is kept off cells by mem=, not by an overlay.
    mem: int = None

    def __post_init__(self):
        self.gic = next(n for n in self.tree.walk() if n.strings("compatible")[0] in GICS)
        self.phandle = self.gic.cells("phandle")[0]

    def demo(self, name):
        return read_config(self.name, f"{self.name}-{name}")

    def users(self):
        """Enabled nodes, without RAM and interrupt controller."""
        return [node for node in self.tree.walk() if node.enabled and node is not self.gic and
                node.strings("device_type") != ["memory"] and
                not node.path.startswith("/reserved-memory")]

    def aliases(self):
        return next((n.props for n in self.tree.walk() if n.path == "/aliases"), {})

    def memory(self):
        return [span for node in self.merged.walk() if node.strings("device_type") == ["memory"]
                for span in node.regs()]

    def cells(self):
        """The range that Linux leaves to cells and hypervisor."""
        if self.mem is None:
            return self.reserved("cells")
        (base, size), = self.memory()
        return base + self.mem, size - self.mem

    def reserved(self, name):
        """A range that an overlay of ours keeps Linux off."""
        node = next(n for n in self.merged.walk() if n.name.startswith(name + "@"))
        assert node.path == f"/reserved-memory/{node.name}" and "no-map" in node.props
        return node.regs()[0]


def qemu_tree(row, path):
    """The device tree that QEMU makes for Linux. It differs from that for no kernel, without PSCI."""
    command = [os.path.join(guest.DOWNLOADS, "qemu", "qemu-system-aarch64"),
               "-M", f"{row.machine},dumpdtb={path}", "-m", row.memory, "-smp", str(row.smp),
               "-nodefaults", "-display", "none", "-chardev", "null,id=console",
               "-chardev", "null,id=inmate", *row.serial_lines().split(),
               "-kernel", os.path.join(guest.DOWNLOADS, "kernels", row.kernel, "vmlinuz")]
    subprocess.run(command + (["-cpu", row.cpu] if row.cpu else []), check=True, timeout=60,
                   stdin=subprocess.DEVNULL)
    return devicetree.read(path)


@pytest.fixture(params=[(b, k) for b in (*DEBIAN, *QEMU) for k in KERNELS], ids="-".join,
                scope="module")
def board(request, tmp_path_factory):
    name, kernel = request.param
    root = read_config(name, name)
    if name in QEMU:
        row = next(row for row in boards.load() if (row.root, row.kernel) == (name, kernel))
        tree = qemu_tree(row, tmp_path_factory.mktemp("tree") / "qemu.dtb")
        assert row.mem.endswith("M")
        return Board(name, tree, tree, root, int(row.mem[:-1]) << 20)
    packages = list((BUILD / f"kernels/{kernel}/root/usr/lib").glob("linux-image-*"))
    assert len(packages) == 1
    return Board(name, devicetree.read(packages[0] / DEBIAN[name]),
                 devicetree.read(BUILD / f"dtb/{name}-{kernel}.dtb"), root)


def missing(span, regions):
    """The parts of (base, size) that no region has."""
    parts = [(span[0], span[0] + span[1])]
    for base, size, *_ in regions:
        parts = [part for start, end in parts
                 for part in ((start, min(end, base)), (max(start, base + size), end))
                 if part[0] < part[1]]
    return [f"{start:#x}-{end - 1:#x}" for start, end in parts]


def overlap(a, b):
    return a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


def test_root_has_all_devices(board):
    devices = [r for r in board.root.regions if r[2] & IO]
    wanted = [(node.path, missing(span, devices)) for node in board.users()
              for span in node.regs() + node.windows()]
    assert len(wanted) >= 30
    assert [(path, parts) for path, parts in wanted if parts] == []


def test_root_has_all_memory(board):
    ram = [r for r in board.root.regions if not r[2] & IO]
    given = ram + [board.root.hypervisor]
    if board.name == "rpi4":
        # The first page is in /memreserve/ of Debian's tree.
        given += [board.reserved("firmware"), (0, 0x1000)]
    memory = board.memory()
    assert sum(size for _, size in memory) >= 0x40000000
    assert [missing(span, given) for span in memory] == [[]] * len(memory)


def test_interrupt_controller(board):
    frames = board.gic.regs()
    if board.gic.strings("compatible")[0] == "arm,gic-v3":
        assert board.root.version == 3
        assert [board.root.gic["d"], board.root.gic["r"]] == [frames[0][0], frames[1][0]]
        assert frames[1][1] >= board.root.cpus.bit_length() * REDISTRIBUTOR_SIZE
    else:
        # 128 KiB instead of 8: each page sixteen times, and the last copy of GICC and GICV counts.
        copies = 0xf000 if frames[1][1] == 0x20000 else 0
        assert board.root.version == 2
        assert [board.root.gic[x] for x in "dchv"] == [
            frames[0][0], frames[1][0] + copies, frames[2][0], frames[3][0] + copies]
    assert [r for r in board.root.regions for f in frames if overlap(r, f)] == []


def test_interrupts(board):
    used = {(kind, n) for node in board.users() for kind, n in node.interrupts(board.phandle)}
    assert {n for kind, n in used if kind == 0} - board.root.spis == set()
    assert len(used) > 20
    # The GIC's own, by which it would serve a hypervisor that uses lists of interrupts.
    assert board.gic.cells("interrupts")[:2] == [1, board.root.kick - 16]
    assert (1, board.root.kick - 16) not in used


def test_console(board):
    nodes = {node.path: node for node in board.tree.walk()}
    target = nodes["/chosen"].strings("stdout-path")[0].split(":")[0]
    aliases = board.aliases()
    uart = nodes[aliases[target].rstrip(b"\0").decode() if target in aliases else target]
    assert board.root.console == uart.regs()[0][0]


def demos(machine):
    return [name for name in DEMOS if (TOP / f"configs/{machine}/{machine}-{name}.c").exists()]


def test_cpus(board):
    cpus = [node for node in board.tree.walk() if node.strings("device_type") == ["cpu"]]
    assert board.root.cpus == (1 << len(cpus)) - 1
    # Two CPUs in a cell need a third one for root.
    assert demos(board.name) == list(DEMOS if len(cpus) > 2 else DEMOS[:1])


def test_demos(board):
    for name in demos(board.name):
        check_demo(board, board.demo(name))


def check_demo(board, demo):
    cells = board.cells()
    ram, = [r for r in demo.regions if r[2] & LOADABLE]
    uart, = [r for r in demo.regions if r[2] & IO]
    nodes = [n for n in board.merged.walk() for base, _ in n.regs()
             if base == demo.console and n.interrupts(board.phandle)]
    assert len(nodes) == 1
    # Without an overlay `cell create` takes the UART from its driver.
    assert not nodes[0].enabled or board.mem is not None, "Linux must leave the UART alone"
    assert [(0, spi) for spi in demo.spis] == nodes[0].interrupts(board.phandle)
    assert missing(nodes[0].regs()[0], [uart]) == []
    assert missing(ram, [cells]) == [] and not overlap(ram, board.root.hypervisor)
    assert missing(board.root.hypervisor, [cells]) == []
    assert demo.cpus & ~board.root.cpus == 0 and demo.cpus != board.root.cpus


@pytest.mark.parametrize(("machine", "name"), [(machine, name) for machine in (*DEBIAN, *QEMU)
                                               for name in demos(machine)])
def test_config_check(machine, name):
    folder = BUILD / "configs" / machine
    done = subprocess.run([TOOL, "config", "check", folder / f"{machine}.cell",
                           folder / f"{machine}-{name}.cell"], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Note:" not in done.stdout
