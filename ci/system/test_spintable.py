# SPDX-License-Identifier: GPL-2.0
"""
CPUs that the firmware starts by spin-table. Linux, booted with nr_cpus=2, leaves the others to it; the
driver starts them, cells have them, and in between they wait in the driver's pen.
"""

import dataclasses
import os
import re
import struct

import pytest

import boards
import cellfile
import life
from guest import BUILD

# For the machines whose row names this file.
SPECIAL = True

INJECT = "/sys/module/jailhouse/parameters/inject"
PARAMETERS = "/sys/module/root_attack/parameters"
SMP = "smp-demo"
# By the device tree. Linux has CPUs 0 and 1.
RELEASE = {2: 0xe8, 3: 0xf0}
# The root config, but root has the firmware's memory, where the release addresses are.
GREEDY = "/etc/test/greedy.cell"
# It forgets CPU 3.
FORGETFUL = "/etc/test/forgetful.cell"
# Somewhere in Linux' memory; and in that of a cell.
ELSEWHERE, CELL_RAM = 0x20000000, 0x30000000
ENDLESS_LOOP = 0x14000000 .to_bytes(4, "little")
PSCI_CPU_ON, PSCI_DENIED = 0xc4000003, 0xfffffffffffffffd


def root_config():
    with open(os.path.join(BUILD, "configs", "rpi4", "rpi4.cell"), "rb") as f:
        return f.read()


def greedy():
    data = root_config()
    at = data.index(struct.pack("<QQ", 0x80000, 0x80000))
    size, = struct.unpack_from("<Q", data, at + 16)
    return data[:at] + struct.pack("<QQQ", 0, 0, size + 0x80000) + data[at + 24:]


def guest_files(board):
    return {GREEDY: greedy(),
            FORGETFUL: cellfile.patched(root_config(), cellfile.SYSTEM_SIZE, b"\7"),
            "/lib/modules/root_attack.ko": life.build_module(board.kernel, "root_attack")}


@pytest.fixture(scope="module")
def loaded(guest):
    """The module is loaded; every test leaves the hypervisor disabled."""
    guest.check("insmod /lib/modules/root_attack.ko")
    life.insmod(guest, "rendezvous_ms=1000")
    return guest


@pytest.fixture
def unchanged(loaded):
    """What Linux has is the same after the test, and its log has no complaint."""
    before = life.Linux.look(loaded)
    yield
    assert life.sysfs(loaded, "enabled") == "0"
    assert life.Linux.look(loaded) == before
    assert not life.COMPLAINT.search(loaded.dmesg())
    life.every_cpu_works(loaded, 2)


@pytest.fixture
def enabled(loaded, unchanged):
    life.enable(loaded)
    yield
    life.disable(loaded)


def cpus(guest):
    """Where each CPU is: [(exception level, program counter)]."""
    text = guest.monitor("info registers -a")
    levels, counters = re.findall(r"\bEL(\d)[th]", text), re.findall(r"\bPC=(\w+)", text)
    assert len(levels) == len(counters) == 4
    return [(int(level), int(pc, 16)) for level, pc in zip(levels, counters)]


def in_pen(guest):
    """CPUs 2 and 3 wait in the page that the release addresses name."""
    pens = {life.read_u64(guest, address) for address in RELEASE.values()}
    assert len(pens) == 1 and 0 not in pens
    pen, = pens
    return all(level == 2 and pen <= pc < pen + 0x400 for level, pc in cpus(guest)[2:])


def runs_demo(guest, rounds=1):
    """The timer demo runs in the cell, as often as it is started."""
    for _ in range(rounds):
        begin = len(guest.uart1())
        life.load(guest, life.GIC_DEMO)
        life.start(guest)
        guest.wait_uart1(r"Timer fired 20 times", timeout=20, start=begin)


def attack(guest, words):
    """Something that the root cell's kernel does; returns what came of it."""
    guest.check(f"echo '{words}' >{PARAMETERS}/op")
    return int(guest.check(f"cat {PARAMETERS}/result"), 16)


# --- they wait for us ------------------------------------------------------------------------------

def test_linux_leaves_them_alone(guest):
    """The decision that nr_cpus= is the parameter rests on this."""
    assert "clipping" in guest.dmesg()
    assert guest.check("cat /sys/devices/system/cpu/possible").strip() == "0-1"
    assert all(life.read_u64(guest, address) == 0 for address in RELEASE.values())
    assert [level for level, _ in cpus(guest)[2:]] == [2, 2]


def test_all_must_be_captured(guest):
    """One that waits at EL2 is not left out."""
    life.insmod(guest)
    life.refused(guest, f"jailhouse enable {FORGETFUL}",
                 "CPUs 3 are not in the root cell's CPU set, but wait at EL2 for whoever writes to "
                 "their release address; add them to the system config")
    guest.check("rmmod jailhouse")
    assert all(life.read_u64(guest, address) == 0 for address in RELEASE.values())


# --- life ------------------------------------------------------------------------------------------

def test_whole_life(loaded, unchanged):
    for _ in range(3):
        life.enable(loaded)
        assert life.sysfs(loaded, "cells/0/cpus_assigned_list") == "0-3"
        assert life.sysfs(loaded, "cells/0/cpus_assigned") == "f"
        life.create(loaded)
        assert life.sysfs(loaded, "cells/0/cpus_assigned_list") == "0-2"
        assert life.sysfs(loaded, "cells/1/cpus_assigned") == "8"
        runs_demo(loaded, rounds=2)
        assert life.stats(loaded, 1)["total"] > 0
        life.succeeds(loaded, f"jailhouse cell shutdown {life.DEMO}", timeout=60)
        life.destroy(loaded)
        assert life.sysfs(loaded, "cells/0/cpus_assigned_list") == "0-3"
        begin = len(loaded.uart1())
        life.create(loaded, life.SMP_CONFIG)
        life.load(loaded, life.SMP_DEMO, cell=SMP)
        life.start(loaded, cell=SMP)
        loaded.wait_uart1(r"(?i)cpu.*\n.*cpu", timeout=20, start=begin)
        life.destroy(loaded, cell=SMP)
        life.disable(loaded)
        assert in_pen(loaded)


def test_disable_takes_cells_along(loaded, unchanged):
    life.enable(loaded)
    life.create(loaded)
    runs_demo(loaded)
    life.disable(loaded)
    assert in_pen(loaded)


def test_many_cycles(loaded, unchanged):
    loaded.check("for i in $(seq 20); do jailhouse enable /etc/jailhouse/board/root.cell && "
                 "jailhouse disable || exit 1; done", timeout=100)
    assert in_pen(loaded)


def test_module_comes_back(loaded, unchanged):
    """A new module finds them where the old one has left them."""
    for _ in range(2):
        loaded.check("rmmod jailhouse")
        assert in_pen(loaded)
        life.insmod(loaded, "rendezvous_ms=1000")
        life.enable(loaded)
        life.create(loaded)
        runs_demo(loaded)
        life.disable(loaded)


def test_module_stays_while_enabled(loaded, enabled):
    life.refused(loaded, "rmmod jailhouse", "temporarily unavailable")


# --- failures --------------------------------------------------------------------------------------

@pytest.mark.parametrize("fault", [
    "stage:parked", "stage:layout", "stage:switch", "stage:sysfs", "skip_cpu:1", "skip_cpu:3",
    "late_cpu:0", "alloc:3", "alloc:5"])
def test_failing_enable_returns_them(loaded, unchanged, fault):
    loaded.check(f"echo {fault} >{INJECT}")
    life.refused(loaded, f"jailhouse enable {life.ROOT_CONFIG}", "(?m)^JAILHOUSE_ENABLE: ", timeout=60)
    assert loaded.check(f"cat {INJECT}").strip() == "", "the fault did not happen"
    assert in_pen(loaded)
    life.enable(loaded)
    life.create(loaded)
    life.disable(loaded)


# --- attacks ---------------------------------------------------------------------------------------

def test_release_addresses_lead_nowhere(loaded, unchanged):
    """All CPUs are captured, also the one that no cell uses. Even a root that can write to the release
    addresses does not get one."""
    life.enable(loaded, GREEDY)
    life.create(loaded)
    runs_demo(loaded)
    kept = {}
    begin = len(loaded.uart1())
    for address in RELEASE.values():
        kept[address] = attack(loaded, f"read {address} 8")
        attack(loaded, f"write {address} 8 {ELSEWHERE}")
        assert life.read_u64(loaded, address) == ELSEWHERE
        attack(loaded, "sev 0")
    loaded.wait_uart1(r"(Timer fired \d+ times.*\n.*){3}", timeout=20, start=begin)
    assert not any(ELSEWHERE <= pc < ELSEWHERE + 0x1000 for _, pc in cpus(loaded))
    assert cpus(loaded)[2][0] == 2
    assert life.state(loaded) == "running"
    for address, value in kept.items():
        attack(loaded, f"write {address} 8 {value}")
    life.disable(loaded)
    assert in_pen(loaded)


def test_root_cannot_start_them(loaded, enabled):
    for cpu in RELEASE:
        assert attack(loaded, f"hvc {PSCI_CPU_ON} {cpu} {ELSEWHERE} 0") == PSCI_DENIED
    assert [level for level, _ in cpus(loaded)[2:]] == [2, 2]


# --- explanations ----------------------------------------------------------------------------------

def booted_otherwise(board, append):
    return dataclasses.replace(board, append=append).guest(name=f"spintable-{append}-{board.board}")


def test_all_cpus_in_linux(board):
    """Enable works, and says what that means; no cell gets one."""
    with booted_otherwise(board, "") as guest:
        life.insmod(guest)
        output = life.enable(guest)
        assert re.search("jailhouse: note: Linux has started CPUs 1-3 by spin-table and cannot take "
                         "them offline, .* Boot it with nr_cpus=1", output)
        assert "started CPUs 1-3 by spin-table" in guest.dmesg()
        life.refused(guest, f"jailhouse cell create {life.DEMO_CONFIG}",
                     "JAILHOUSE_CELL_CREATE: Device or resource busy\njailhouse: Linux has started CPUs 3 "
                     "by spin-table, so it cannot take them offline; boot it with nr_cpus=3")
        life.disable(guest)
        life.every_cpu_works(guest)


def test_maxcpus(board):
    with booted_otherwise(board, "maxcpus=2") as guest:
        life.insmod(guest)
        life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}",
                     "CPUs 2-3 of the root cell's CPU set are offline, but have left the firmware's "
                     "spin-table for Linux; boot with nr_cpus=2 instead of maxcpus=")
        assert [level for level, _ in cpus(guest)[2:]] == [1, 1]


def test_started_by_somebody_else(board):
    """A CPU that is not where the firmware kept it cannot be had."""
    with board.guest(name=f"stranger-{board.board}") as guest:
        guest.write_memory(CELL_RAM, ENDLESS_LOOP)
        guest.write_memory(RELEASE[3], CELL_RAM.to_bytes(8, "little"))
        life.insmod(guest)
        life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}",
                     "CPU 3 has been started by somebody else .0x30000000 is at its release address "
                     "0xf0., so it cannot be had; reset the machine")
        assert life.sysfs(guest, "enabled") == "0"
        life.every_cpu_works(guest, 2)


def test_nr_cpus_without_spin_table(board):
    """Where Linux starts CPUs by PSCI nobody else does."""
    other = boards.find(f"virt-gicv3-{board.kernel}")
    with other.guest(name=f"nr_cpus-{board.board}", extra_append="nr_cpus=2") as guest:
        life.insmod(guest)
        life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}",
                     "CPU 2 of the root cell's CPU set does not exist; this machine has CPUs 0-1. The "
                     "device tree has it, but .* boot without nr_cpus=")
