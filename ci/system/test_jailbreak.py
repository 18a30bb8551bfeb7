# SPDX-License-Identifier: GPL-2.0
"""
`jailhouse selftest` on the machine: a cell that attacks everybody, a witness, and root. And whether the
attacker would see a hole, whether it can be stopped however it ends, and that nothing stays.
"""

import dataclasses
import random
import re

import pytest

import cellfile
import facts
import life
from cellfile import READ, Region

JAILBREAK = "/usr/libexec/jailhouse/tests/jailbreak.bin"
ROOT = "/etc/test/root.cell"
SIZE = 0x80000
ATTACKER = "attacker"
# What one row of the report looks like.
CLASSES = "memory|call|storm|sysreg|gic|sgi|ivshmem|comm|root"
ROW = re.compile(rf"^({CLASSES}) (\S+) EL([01])((?: \S+=[0-9nauto!?]+)+)$", re.M)
# Ways to refuse to go, see jb_last_stand().
STANDS = ("loop", "wfi", "wfe", "off", "vectors", "tables")


def attacker_config(board):
    """On a CPU and in the RAM of the demo."""
    demo = cellfile.parse(cellfile.built(f"{board.cells}-inmate-demo"))
    ram = next(region.phys for region in demo.regions if region.virt == 0)
    regions = [Region(ram, 0, SIZE, cellfile.RAM),
               Region(ram + SIZE, SIZE, 0x1000, READ),
               Region(ram + SIZE + 0x1000, SIZE + 0x1000, 0x1000, cellfile.RAM & ~cellfile.LOADABLE),
               cellfile.comm_region()]
    return cellfile.Cell(name=ATTACKER, cpus=demo.cpus, regions=regions,
                         flags=cellfile.CONSOLE_PERMITTED | cellfile.PASSIVE_COMMREG,
                         records=[cellfile.policy(cellfile.VIOLATION_ABORT)]).pack()


def three_cpus(board):
    """The demo with two CPUs, and one more."""
    demo = cellfile.parse(cellfile.built(f"{board.cells}-smp-demo"))
    cpus = sorted({1, 2, 3} | set(demo.cpus))[-3:]
    return dataclasses.replace(demo, cpus=tuple(cpus), names=[]).pack()


def guest_files(board):
    files = {ROOT: cellfile.quiet_system(board), "/etc/test/attacker.cell": attacker_config(board),
             "/lib/modules/root_attack.ko": life.build_module(board.kernel, "root_attack")}
    if board.smp == 4:
        files["/etc/test/three.cell"] = three_cpus(board)
    return files


@pytest.fixture(scope="module")
def system(guest):
    life.insmod(guest)
    return guest


@pytest.fixture
def enabled(system):
    life.enable(system, ROOT)
    yield system
    life.disable(system)


@pytest.fixture(scope="module")
def config(board):
    """With one or two CPUs there is none with a second one for the witness."""
    return life.SMP_CONFIG if board.smp > 2 else life.DEMO_CONFIG


# Longer than the tool waits for the attacker, so that it is the tool who says what happened.
@pytest.mark.seconds(300)
def test_nobody_reaches_what_is_not_theirs(enabled, board, config):
    before = life.Partition.look(enabled)
    status, output = enabled.run(f"jailhouse selftest --probes 2 --seed {random.randrange(1 << 32)} "
                                 f"{ROOT} {config}", timeout=300)
    print(output)
    assert status == 0, output
    has_bus = cellfile.System(cellfile.built(board.root)).pci_mmconfig != 0
    rows = {(kind, target, el): counts for kind, target, el, counts in ROW.findall(output)}
    # The matrix is full: each class, at both levels, and each row that the inmate has counted.
    for el in "01":
        for target in ("own-read-only", "own-no-execute", "hypervisor", "root-ram", "own-physical",
                       "hole", "anywhere"):
            assert ("memory", target, el) in rows
        for space in range(8):
            assert ("sysreg", f"op0=3,op1={space}", el) in rows
        assert {("gic", "gicd", el), ("call", "firmware", el), ("call", "hypervisor", el)} <= set(rows)
        for target in ("registers", "msix", "config"):
            assert (("ivshmem", target, el) in rows) == has_bus
    if has_bus:
        # A message with a number of the attacker's own does interrupt it.
        assert re.search(r" foreign=\d+n ring=1024n .* own=1n$", rows["ivshmem", "doorbells", "1"])
        assert rows["ivshmem", "states", "1"] == " other=1024n"
    said = re.search(r"(\d+) attempts in (\d+) rows with seed \d+: 0 holes, 0 unclear", output)
    assert int(said[1]) > 100000
    assert int(said[2]) == len([kind for kind, _, _, _ in ROW.findall(output) if kind != "root"])
    if board.smp > 2:
        assert re.search(r"^root: 0 of \d+ interrupts came without a device$", output, re.M)
        assert re.search(r"^witness: \d+ rounds, \d+ timer interrupts, 0 foreign interrupts, memory "
                         r"intact, 0 entries into the hypervisor$", output, re.M)
    assert life.Partition.look(enabled) == before


@pytest.mark.cases((), lambda board: [()] if board.smp == 4 else [])
@pytest.mark.seconds(300)
def test_several_cpus_attack_at_once(enabled, board):
    """All but one CPU for the self-test: two attack, one is the witness."""
    before = life.Partition.look(enabled)
    status, output = enabled.run(f"jailhouse selftest --probes 1 --seed {random.randrange(1 << 32)} "
                                 f"{ROOT} /etc/test/three.cell", timeout=300)
    print(output)
    assert status == 0, output
    calls = re.search(r"^call concurrent EL1 call=(\d+)n$", output, re.M)
    assert int(calls[1]) > 10000
    assert re.search(r"^witness: .*memory intact, 0 entries into the hypervisor$", output, re.M)
    assert life.Partition.look(enabled) == before


@pytest.mark.cases((), lambda board: [()] if board.board.startswith("virt-gic") else [])
@pytest.mark.seconds(300)
def test_an_interrupt_of_root_is_seen(enabled, board, config):
    """Somebody makes that of the clock pending, which has nothing to say."""
    intid = int(re.search(r"GICv?-?\d +(\d+) Level +rtc-pl031", enabled.check("cat /proc/interrupts"))[1])
    pending = facts.of(board).gicd + 0x200 + intid // 32 * 4
    enabled.check("insmod /lib/modules/root_attack.ko")
    status, output = enabled.run(
        f"(jailhouse selftest --probes 0 {ROOT} {config}; echo status $?) >/tmp/report & "
        "while ! grep -q '^memory' /tmp/report; do usleep 10000; done; "
        f"echo 'write {pending:#x} 4 {1 << intid % 32:#x}' >/sys/module/root_attack/parameters/op; "
        "wait; rmmod root_attack; cat /tmp/report", timeout=300)
    print(output)
    assert status == 0 and "status 1" in output, output
    assert re.search(r"^HOLE: interrupt \d+ of root came, and no device had sent it$", output, re.M)
    assert re.search(r"^root: 1 of \d+ interrupts came without a device$", output, re.M)
    assert "1 holes, 0 unclear" in output


def report(guest, parameters, ends=1):
    """What the attacker says, loaded by hand, until its end; it says all twice."""
    life.create(guest, "/etc/test/attacker.cell")
    life.load(guest, JAILBREAK, f"con-virtual {parameters}", cell=ATTACKER)
    guest.check("jailhouse console -f >/tmp/console 2>&1 & echo $! >/tmp/reader")
    life.start(guest, cell=ATTACKER)
    guest.check(f"for i in $(seq 600); do [ $(grep -c 'JB end' /tmp/console) -ge {ends} ] && exit 0; "
                "usleep 50000; done; exit 1", timeout=60)
    return guest.check("kill $(cat /tmp/reader); cat /tmp/console")


@pytest.mark.parametrize("start, kind, ops", (
    # What is ours, and is said to be somebody else's.
    (SIZE + 0x1000, "f", ("ldrb", "ldrq", "ldxr", "strb", "stp", "stlr", "zva", "fetch")),
    # Writable, and said to be read-only; executable, and said not to be.
    (SIZE + 0x1000, "r", ("strb", "strw", "zva", "fetch")),
    (SIZE + 0x1000, "x", ("fetch",)),
    (SIZE, "f", ("ldrb", "ldp"))))
def test_a_hole_is_seen(enabled, start, kind, ops):
    text = report(enabled, f"only=memory seed=1 probes=0 t0=lie:{kind}:{start:x}:1000 o0=0:{SIZE:x}", ends=2)
    # That it was started may be said amidst the first line.
    row = re.findall(r"^JB 1 memory lie EL1 (.*)$", text, re.M)[-1]
    for op in ops:
        assert re.search(rf"\b{op}=\w+!", row), row
    life.destroy(enabled, ATTACKER)


def test_a_channel_that_is_missing_is_no_success(enabled):
    text = report(enabled, "only=ivshmem channel", ends=2)
    assert "JB 1 ivshmem function EL1 open=1o?" in text and "holes=0 unclear=1" in text
    life.destroy(enabled, ATTACKER)


@pytest.mark.parametrize("stand", range(len(STANDS)), ids=STANDS)
def test_however_it_ends_it_can_be_destroyed(enabled, stand):
    report(enabled, f"only=none stand={stand}")
    enabled.check("usleep 200000")
    life.destroy(enabled, ATTACKER)
    life.create(enabled, "/etc/test/attacker.cell")
    life.destroy(enabled, ATTACKER)


def test_needs_the_hypervisor(system, config):
    life.refused(system, f"jailhouse selftest {ROOT} {config}", "not enabled")


def test_cells_that_are_in_the_way(enabled, config):
    """Nothing is destroyed that the self-test has not made."""
    life.create(enabled, config)
    life.refused(enabled, f"jailhouse selftest {ROOT} {config}", "did not come to its end")
    assert life.state(enabled) == "shut down"
    life.destroy(enabled, "1")


def test_interrupted_it_leaves_nothing(enabled, config):
    before = life.Partition.look(enabled)
    enabled.check(f"jailhouse selftest {ROOT} {config} >/tmp/out 2>&1 & "
                  "p=$!; for i in $(seq 400); do grep -q '^memory' /tmp/out && break; usleep 20000; done; "
                  "kill -INT $p; wait $p; [ $? = 1 ]", timeout=60)
    assert "interrupted" in enabled.check("cat /tmp/out")
    assert life.Partition.look(enabled) == before


def test_linux_is_whole_afterwards(system, board):
    life.every_cpu_works(system, board.smp)
    assert not life.complaints(system)
