# SPDX-License-Identifier: GPL-2.0
"""
Machines with more CPUs than one cluster has: SGIs to CPUs of other clusters, in lists and to all, in
root and in a cell that spans two; and as many cells at once as there are CPUs for, up to 20.
"""

import re

import pytest

import cellfile
import life
from cellfile import Region

# For the machines whose row names this file.
SPECIAL = True

CELL_RAM, CELL_SIZE = 0x78000000, 0x40000
SPAN_RAM = 0x77000000
PARAMETERS = "/sys/module/root_attack/parameters"
CLUSTER = 16
IRM = 1 << 40
MAX_CELLS = 20


def affinity(cpu):
    """QEMU's GICv3 machines put 16 CPUs into each cluster (Aff1)."""
    return cpu // CLUSTER << 8 | cpu % CLUSTER


def sgi(cpus, number=0):
    """ICC_SGI1R_EL1 for CPUs of one cluster; SGI 0 lets Linux reschedule, which harms nobody."""
    return cpus[0] // CLUSTER << 16 | number << 24 | sum(1 << cpu % CLUSTER for cpu in cpus)


def small_cell(name, cpus, address):
    return cellfile.Cell(name=name, cpus=cpus, flags=cellfile.PASSIVE_COMMREG,
                         regions=[Region(address, 0, CELL_SIZE, cellfile.RAM),
                                  cellfile.comm_region()]).pack()


def single_cpus(board):
    """Which CPUs get a cell of their own: Linux keeps four."""
    return range(4, min(board.smp, 4 + MAX_CELLS))


def guest_files(board):
    span = (CLUSTER - 1, CLUSTER) if board.smp > CLUSTER else (CLUSTER - 2, CLUSTER - 1)
    return {"/lib/modules/root_attack.ko": life.build_module(board.kernel, "root_attack"),
            "/etc/test/span.cell": small_cell("span", span, SPAN_RAM),
            **{f"/etc/test/c{cpu}.cell": small_cell(f"c{cpu}", (cpu,),
                                                    CELL_RAM + cpu * CELL_SIZE)
               for cpu in single_cpus(board)}}


@pytest.fixture(scope="module")
def system(guest):
    life.insmod(guest, "rendezvous_ms=8000 offline_timeout_ms=60000")
    life.succeeds(guest, f"jailhouse enable {life.ROOT_CONFIG}", timeout=180)
    guest.check("insmod /lib/modules/root_attack.ko")
    return guest


def reschedules(guest):
    """How many of Linux's first SGI each CPU has had."""
    line = re.search(r"^IPI0:([ 0-9]+)", guest.check("cat /proc/interrupts"), re.M)[1]
    return [int(number) for number in line.split()]


def send(guest, value):
    guest.check(f"taskset 1 sh -c 'echo \"sgi 0x{value:x}\" >{PARAMETERS}/op'")


@pytest.mark.seconds(400)
def test_linux_uses_all_cpus(system, board):
    assert system.check("nproc").strip() == str(board.smp)
    life.every_cpu_works(system, board.smp)


def test_sgi_to_all_others(system, board):
    before = reschedules(system)
    send(system, IRM)
    after = reschedules(system)
    assert all(after[cpu] > before[cpu] for cpu in range(1, board.smp))


def test_sgi_to_each_cluster(system, board):
    for first in range(0, board.smp, CLUSTER):
        cpus = range(max(first, 1), min(first + CLUSTER, board.smp))
        before = reschedules(system)
        send(system, sgi(cpus))
        after = reschedules(system)
        assert all(after[cpu] > before[cpu] for cpu in cpus)


@pytest.mark.seconds(300)
def test_cell_that_spans_two_clusters(system, board):
    """Its CPUs ping each other; nobody else is reached, and each ping is answered."""
    before = life.Partition.look(system)
    life.succeeds(system, "jailhouse cell create /etc/test/span.cell", timeout=120)
    second = CLUSTER if board.smp > CLUSTER else CLUSTER - 1
    life.load(system, life.SMP_DEMO, f"cpu=0x{affinity(second):x} report=1000000", cell="span")
    life.start(system, cell="span")
    pongs = SPAN_RAM + life.symbol("pongs", "demos/smp-demo")
    system.check("sleep 1")
    seen = life.read_u64(system, pongs)
    system.check("sleep 1")
    assert life.read_u64(system, pongs) > seen > 0
    assert life.read_u64(system, SPAN_RAM + life.symbol("wrong", "demos/smp-demo")) == 0
    life.destroy(system, "span")
    assert life.Partition.look(system) == before


@pytest.mark.seconds(900)
def test_many_cells_at_once(system, board):
    before = life.Partition.look(system)
    cpus = single_cpus(board)
    fired = life.symbol("fired")
    for cpu in cpus:
        life.succeeds(system, f"jailhouse cell create /etc/test/c{cpu}.cell && "
                              f"jailhouse cell load c{cpu} {life.GIC_DEMO} "
                              "-s 'rate=50 report=1000000' -a 0x1000 && "
                              f"jailhouse cell start c{cpu}", timeout=180)
    states = system.check(f"cat {life.SYSFS}/cells/*/state").split()
    assert states == ["running"] * (len(cpus) + 1)
    counters = [CELL_RAM + cpu * CELL_SIZE + fired for cpu in cpus]
    seen = [life.read_u64(system, address) for address in counters]
    system.check("sleep 2")
    assert all(life.read_u64(system, address) > count > 0
               for address, count in zip(counters, seen))
    for cpu in cpus:
        life.succeeds(system, f"jailhouse cell destroy c{cpu}", timeout=120)
    assert life.Partition.look(system) == before


@pytest.mark.seconds(400)
def test_linux_is_whole_afterwards(system, board):
    life.succeeds(system, "jailhouse disable", timeout=180)
    life.every_cpu_works(system, board.smp)
    assert not life.complaints(system)
