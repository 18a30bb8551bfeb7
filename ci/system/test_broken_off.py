# SPDX-License-Identifier: GPL-2.0
"""
Operations that are broken off: the tool is killed at a random moment of each request, also several of
them at once; Linux restarts the machine in every state of a cell. Nothing is left half done, and the next
operation works.
"""

import random
import re
import time

import pytest

import cellfile
import life

# In make check-all alone: it takes its time.
SPECIAL = True
ROOT = "/etc/test/root.cell"
SLOW = "/etc/test/slow.cell"
# How often each operation must be broken off, and how often that is tried at most.
KILLS = 4
ROUNDS = 16
# Shorter than this a program that waits would take to begin.
SHORTEST_US = 1000
# What a cell goes through, and after how many milliseconds the tool is killed at the latest: each time that it was
# quicker, half of that. The cell ignores the request to shut down, for which it has 300 ms.
LIFE = (("enable", f"jailhouse enable {ROOT}", 300),
        ("create", f"jailhouse cell create {SLOW}", 300),
        ("load", f"jailhouse cell load slow {life.FORBIDDEN} -s test=ignore -a 0x1000", 60),
        ("start", "jailhouse cell start slow", 60),
        ("shutdown", "jailhouse cell shutdown slow", 500),
        ("destroy", "jailhouse cell destroy slow", 300),
        ("disable", "jailhouse disable", 200))
NAMES = [name for name, _, _ in LIFE]
REPLY_TIMEOUT_US = 300000


def slow_cell(board):
    demo = cellfile.parse(cellfile.built(f"{board.cells}-inmate-demo"))
    ram = next(region for region in demo.regions if region.virt == 0)
    return cellfile.Cell(name="slow", cpus=demo.cpus, regions=[ram, cellfile.comm_region()],
                         reply_timeout=REPLY_TIMEOUT_US).pack()


def guest_files(board):
    return {ROOT: cellfile.quiet_system(board), SLOW: slow_cell(board)}


@pytest.fixture(scope="module")
def system(guest):
    life.insmod(guest)
    return guest


@pytest.fixture(scope="module")
def stations(system):
    """What there is before each step of a life, and after the last one."""
    seen = [life.Partition.look(system)]
    for _, command, _ in LIFE:
        life.succeeds(system, command, timeout=60)
        system.check("usleep 50000")
        seen.append(life.Partition.look(system))
    assert seen[-1] == seen[0]
    return seen


def settled(system, wanted):
    """The partition, as soon as it is one of those that are wanted: a CPU that was on its way when the tool
    died comes back a little later."""
    end = time.monotonic() + 10
    while True:
        now = life.Partition.look(system)
        if now in wanted or time.monotonic() > end:
            return now


@pytest.mark.parametrize("name", NAMES)
def test_tool_is_killed(system, stations, name):
    """It is done or it is not, and what comes next works."""
    step = NAMES.index(name)
    before, after = stations[step:step + 2]
    _, command, most = LIFE[step]
    rng = random.Random(seed := random.randrange(1 << 32))
    killed, latest = 0, most * 1000
    for turn in range(ROUNDS):
        if killed == KILLS:
            break
        for _, earlier, _ in LIFE[:step]:
            life.succeeds(system, earlier, timeout=60)
        # The first time at once, before it can have done much.
        wait = f"usleep {rng.randrange(latest)}" if turn and latest > SHORTEST_US else ":"
        status = int(system.check(f"{command} >/dev/null 2>&1 & p=$!; {wait}; kill -9 $p 2>/dev/null; "
                                  "wait $p; echo $?", timeout=60).split()[-1])
        print(f"SEED={seed}: killed after `{wait}`, status {status}")
        assert status in (0, 137)
        if status == 137:
            killed += 1
        else:
            latest //= 2
        now = settled(system, (before, after) if status else (after,))
        assert now in (before, after)
        if now != after or name == "load":
            life.succeeds(system, command, timeout=60)
        for _, later, _ in LIFE[step + 1:]:
            life.succeeds(system, later, timeout=60)
        assert settled(system, stations[:1]) == stations[0]
    assert killed == KILLS, "the tool was too quick to be killed"


def test_several_at_once(system, board, stations):
    """One of them does it, the others are refused or come too late."""
    for name, command, _ in LIFE:
        output = system.check(f"for i in 1 2 3 4; do ({command} >/dev/null 2>&1; echo $?) & done; wait",
                              timeout=90)
        answers = sorted(output.split())
        assert len(answers) == 4 and answers[0] == "0" and set(answers) <= {"0", "1"}, (name, answers)
        if name in ("enable", "create", "destroy", "disable"):
            assert answers == ["0", "1", "1", "1"], (name, answers)
        system.check("usleep 50000")
        assert settled(system, (stations[NAMES.index(name) + 1],)) == stations[NAMES.index(name) + 1]
    life.every_cpu_works(system, board.smp)
    assert not life.complaints(system)


# How far a cell is when Linux restarts the machine.
STATES = {"created": [],
          "loaded": ["load slow {0} -s test=busy -a 0x1000"],
          "hung": ["load slow {0} -s test=hang -a 0x1000", "start slow"],
          "silent": ["load slow {0} -s test=ignore -a 0x1000", "start slow"],
          "off": ["load slow {0} -s test=psci-cpu-off -a 0x1000", "start slow"],
          "failed": ["load slow {0} -s test=gicd-read-byte -a 0x1000", "start slow"]}


@pytest.mark.seconds(240)
def test_restart_in_every_state(board):
    """Everything is given back before the machine goes down, and after it nothing is different."""
    initrd = life.initrd_with(board, "restart", guest_files(board))
    with board.guest(name=f"restart-{board.board}", reboot=True, initrd=initrd) as guest:
        for state, steps in STATES.items():
            life.insmod(guest)
            life.enable(guest, ROOT)
            life.create(guest, SLOW)
            for step in steps:
                life.succeeds(guest, "jailhouse cell " + step.format(life.FORBIDDEN))
            guest.check("usleep 200000")
            if state == "failed":
                life.wait_state(guest, "failed")
            begin = len(guest.console())
            guest.proc.send("reboot -f\n")
            guest.wait_boot()
            said = guest.console()[begin:]
            assert not re.search("goes down with the hypervisor enabled", said), (state, said)
            life.every_cpu_works(guest, board.smp)
        life.insmod(guest)
        life.enable(guest, ROOT)
        life.create(guest, SLOW)
        assert guest.shutdown(), "poweroff with a cell that exists does not end QEMU"
