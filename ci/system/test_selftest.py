# SPDX-License-Identifier: GPL-2.0
"""
The image that checks itself: the ownership invariants after each management call, undefined behaviour
and stack frames (CONFIG_SANITIZE). On a healthy system it finds nothing, whatever happens to cells; what
is broken behind its back it finds at the next occasion.
"""

import dataclasses
import os
import re
import struct
import subprocess

import pytest

import cellfile
import life
from guest import BUILD

IMAGE = os.path.join(BUILD, "selftest", "hypervisor", "jailhouse")


def mask(cpus):
    return sum(1 << cpu for cpu in cpus)


def cpus_of(board, cell):
    """The CPUs of a demo cell, by its config."""
    return cellfile.parse(cellfile.built(f"{board.cells}-{cell}")).cpus


def with_smp_demo(board):
    """Is there a CPU left for root beside two in a cell?"""
    return board.smp > 2


def address_of(board, symbol):
    """Where something of the hypervisor lies in memory."""
    out = subprocess.run(["aarch64-linux-gnu-nm", f"{IMAGE}.elf"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    base, found = (int(re.search(rf"^(\w+) . {name}$", out, re.M)[1], 16)
                   for name in ("image_head", symbol))
    return board.hypervisor_base() + found - base


def root_cell(guest, board):
    """(address, words) of the beginning of the root cell's structure."""
    address = address_of(board, "root_cell")
    return address, struct.unpack("<16Q", guest.read_memory(address, 128))


def sleepers(board):
    """CPUs for a cell each: those of the demo, and one more that Linux can do without."""
    demo = cpus_of(board, "smp-demo")
    return [*demo, *(cpu for cpu in range(1, board.smp) if cpu not in demo)][:3]


def sleeping_cell(board, number):
    """A cell on one CPU that waits in EL2 for its interrupts: the first in the RAM of one demo, two others in
    half of the other's."""
    ram = next(region for region in cellfile.parse(cellfile.built(
        f"{board.cells}-{'smp-demo' if number else 'inmate-demo'}")).regions if region.virt == 0)
    if number:
        half = ram.size // 2
        ram = dataclasses.replace(ram, phys=ram.phys + half * (number - 1), size=half)
    cpu = sleepers(board)[number]
    return cellfile.Cell(name=f"cpu{cpu}", cpus=(cpu,), regions=[ram, cellfile.comm_region()],
                         flags=cellfile.PASSIVE_COMMREG,
                         records=[cellfile.policy(flags=cellfile.TRAP_WFI)]).pack()


def guest_files(board):
    with open(f"{IMAGE}.bin", "rb") as f:
        files = {"/lib/firmware/jailhouse.bin": f.read()}
    if with_smp_demo(board):
        for number, cpu in enumerate(sleepers(board)):
            files[f"/etc/test/cpu{cpu}.cell"] = sleeping_cell(board, number)
    return files


@pytest.fixture(scope="module")
def system(guest):
    life.insmod(guest)
    life.enable(guest)
    return guest


def test_healthy_life_of_cells(system, board):
    before = life.Partition.look(system)
    cells = [(life.DEMO_CONFIG, life.DEMO, life.GIC_DEMO)]
    if with_smp_demo(board):
        cells.append((life.SMP_CONFIG, "smp-demo", life.SMP_DEMO))
    for config, name, image in cells:
        life.create(system, config)
        for _ in range(2):
            life.load(system, image, cell=name)
            life.start(system, cell=name)
        life.start(system, cell=name)
        life.succeeds(system, f"jailhouse cell shutdown {name}")
        life.destroy(system, name)
    assert life.Partition.look(system) == before
    assert "self-test" not in system.check("jailhouse console")


@pytest.mark.cases((), lambda board: [()] if with_smp_demo(board) else [])
def test_one_violation_fails_the_whole_cell(system, board):
    """CONFIG_CRASH_CELL_ON_PANIC: the CPU beside the one that is parked is stopped too."""
    first, second = cpus_of(board, "smp-demo")
    life.create(system, life.SMP_CONFIG)
    life.forbidden(system, "read-outside",
                   f"second={second} addr=0x{board.hypervisor_base():x}", cell="smp-demo")
    life.wait_state(system, "failed")
    assert life.sysfs(system, "cells/1/cpus_failed_list") == f"{first}-{second}"
    life.destroy(system, "smp-demo")
    life.every_cpu_works(system, board.smp)


def test_planted_error_is_found(system, board):
    """A CPU belongs to two cells: as no call can do, and a flipped bit in memory could."""
    everyone = mask(range(board.smp))
    left = everyone & ~mask(cpus_of(board, life.DEMO))
    address, before = root_cell(system, board)
    life.create(system)
    _, after = root_cell(system, board)
    # Where the root cell's set of CPUs lies: the one word that says how they left.
    changes = list(zip(before, after))
    assert changes.count((everyone, left)) == 1
    address += 8 * changes.index((everyone, left))
    system.write_memory(address, everyone.to_bytes(8, "little"))
    life.refused(system, f"jailhouse cell load {life.DEMO} {life.GIC_DEMO}",
                 "self-test: cell 1 has a CPU of another cell")
    # CONFIG_TRACE_ERROR: where in the source.
    assert re.search(r"ownership\.c:\d+", system.check("jailhouse console"))
    system.write_memory(address, left.to_bytes(8, "little"))
    life.load(system, life.GIC_DEMO)
    life.start(system)
    life.destroy(system)
    life.disable(system)
    life.every_cpu_works(system, board.smp)
    assert not life.complaints(system)


def damage(guest, board, cpu, symbol, value):
    """Overwrites eight bytes at a symbol, or, without one, the word that guards each frame on the stack of the
    CPU: of this one alone, another may be in EL2 too. Returns what puts it right for the others."""
    guest.qmp("stop")
    if symbol:
        address = address_of(board, symbol)
        before = guest.read_memory(address, 8)
        assert before not in (value, bytes(8))
        after = value
    else:
        core_size, area = struct.unpack("<QQ", guest.read_memory(board.hypervisor_base() + 8, 16))
        # The per-CPU area (layout.h): a page of public and one of private data, then the stack. It is empty
        # when EL2 is entered, so what is in use is its top.
        size = 1024
        address = board.hypervisor_base() + core_size + cpu * area + 0x4000 - size
        before = guest.read_memory(address, size)
        after = before.replace(guest.read_memory(address_of(board, "__stack_chk_guard"), 8), value)
    guest.write_memory(address, after)
    guest.qmp("cont")
    return lambda: symbol and guest.write_memory(address, before)


@pytest.mark.cases(("number", "symbol", "value", "esr", "far"), lambda board: [
    (0, None, b"\1" * 8, 0xf2005afe, r"0x\w+"),
    (1, "irqchip", bytes(8), 0xf20003e8, r"0x\w+"),
    # str xzr, [sp, #-16]!; b .-4: until the guard page below the stack.
    (2, "trap_wfx", bytes.fromhex("ff0f1ff8ffffff17"), 0x96000047, "0x7fffffbff0"),
][:len(sleepers(board))] if with_smp_demo(board) else [])
def test_damage_stops_the_cpu_that_meets_it(system, board, number, symbol, value, esr, far):
    """CONFIG_SANITIZE: a function of the hypervisor waits for the cell, meanwhile its stack frame is
    overwritten; a pointer leads nowhere. And a stack that is full, which every image reports: where that
    began, not where the report itself had no stack."""
    if life.sysfs(system, "enabled") == "0":
        life.enable(system)
    cpu = sleepers(board)[number]
    cell = f"cpu{cpu}"
    life.create(system, f"/etc/test/{cell}.cell")
    life.load(system, life.GIC_DEMO, "rate=20 report=1000000", cell=cell)
    life.start(system, cell=cell)
    system.check("usleep 300000")
    for _ in range(10):
        # The cell may just have been awake, then no frame of EL2 was in use.
        repair = damage(system, board, cpu, symbol, value)
        system.check("usleep 300000")
        repair()
        if f"Stopping CPU {cpu}\n" in system.check("jailhouse console"):
            break
    assert re.search(rf"FATAL: Unhandled HYP exception \d on CPU {cpu}, esr {esr:#x} elr 0x7fc02\w+ "
                     rf"far {far}\n( x\d+ [^\n]+\n)+Stopping CPU {cpu}\n",
                     system.check("jailhouse console"))
    life.refused(system, f"jailhouse cell destroy {cell}", f"CPU {cpu}", "did not stop within 1 s")
