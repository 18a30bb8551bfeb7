# SPDX-License-Identifier: GPL-2.0
"""
The image that checks the ownership invariants after each management call: on a healthy system it
finds nothing, whatever happens to cells; what is broken behind its back it finds at the next call.
"""

import os
import re
import struct
import subprocess

import pytest

import life
from guest import BUILD

IMAGE = os.path.join(BUILD, "selftest", "hypervisor", "jailhouse")


def guest_files(_board):
    with open(f"{IMAGE}.bin", "rb") as f:
        return {"/lib/firmware/jailhouse.bin": f.read()}


@pytest.fixture(scope="module")
def system(guest):
    life.insmod(guest)
    life.enable(guest)
    return guest


def root_cpus(guest, board):
    """Where the root cell's set of CPUs lies: the one word of that value in the structure."""
    out = subprocess.run(["aarch64-linux-gnu-nm", f"{IMAGE}.elf"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    base, cell = (int(re.search(rf"^(\w+) . {name}$", out, re.M)[1], 16)
                  for name in ("image_head", "root_cell"))
    address = board.hypervisor_base() + cell - base
    words = struct.unpack("<16Q", guest.read_memory(address, 128))
    assert words.count(0b0111) == 1
    return address + 8 * words.index(0b0111)


def test_healthy_life_of_cells(system):
    before = life.Partition.look(system)
    for config, name, image in ((life.DEMO_CONFIG, life.DEMO, life.GIC_DEMO),
                                (life.SMP_CONFIG, "smp-demo", life.SMP_DEMO)):
        life.create(system, config)
        for _ in range(2):
            life.load(system, image, cell=name)
            life.start(system, cell=name)
        life.start(system, cell=name)
        life.succeeds(system, f"jailhouse cell shutdown {name}")
        life.destroy(system, name)
    assert life.Partition.look(system) == before
    assert "self-test" not in system.check("jailhouse console")


def test_one_violation_fails_the_whole_cell(system, board):
    """CONFIG_CRASH_CELL_ON_PANIC: the CPU beside the one that is parked is stopped too."""
    life.create(system, life.SMP_CONFIG)
    life.forbidden(system, "read-outside",
                   f"second=3 addr=0x{board.hypervisor_base():x}", cell="smp-demo")
    life.wait_state(system, "failed")
    assert life.sysfs(system, "cells/1/cpus_failed_list") == "2-3"
    life.destroy(system, "smp-demo")
    life.every_cpu_works(system)


def test_planted_error_is_found(system, board):
    """CPU 3 belongs to two cells: as no call can do, and a flipped bit in memory could."""
    life.create(system)
    address = root_cpus(system, board)
    system.write_memory(address, (0b1111).to_bytes(8, "little"))
    life.refused(system, f"jailhouse cell load {life.DEMO} {life.GIC_DEMO}",
                 "self-test: cell 1 has a CPU of another cell")
    # CONFIG_TRACE_ERROR: where in the source.
    assert re.search(r"ownership\.c:\d+", system.check("jailhouse console"))
    system.write_memory(address, (0b0111).to_bytes(8, "little"))
    life.load(system, life.GIC_DEMO)
    life.start(system)
    life.destroy(system)
    life.disable(system)
    life.every_cpu_works(system)
    assert not life.complaints(system)
