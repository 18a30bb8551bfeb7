# SPDX-License-Identifier: GPL-2.0
"""
What cells and root cannot do to each other: root's own stray accesses, and attacks from inside its
kernel, beside cells that must not notice; memory that changes hands; and a root under load while
cells come and go.
"""

import random
import re

import pytest

import cellfile
import facts
import life
from cellfile import Region

ROOT = "/etc/test/root.cell"
OTHER = "/etc/test/other.cell"
KEPT = "/etc/test/kept.cell"
DEMO_RAM = 0x7fa00000
PROGRAM32 = "/usr/bin/root-aarch32"
OTHER_RAM = SMP_RAM = 0x7f900000
RAM_SIZE = 0x100000
HYPERVISOR = 0x7fc00000
HYPERVISOR_SIZE = 0x400000
TIMER_INTID = 27
PARAMETERS = "/sys/module/root_attack/parameters"
SIGBUS = 128 + 7
MINUS = 1 << 64

EPERM, ENOENT, E2BIG, EBUSY, EINVAL, ENOSYS = 1, 2, 7, 16, 22, 38


def cell(name, cpu, address, **fields):
    return cellfile.Cell(name=name, cpus=(cpu,), flags=cellfile.PASSIVE_COMMREG,
                         regions=[Region(address, 0, RAM_SIZE, cellfile.RAM),
                                  cellfile.comm_region()], **fields).pack()


def program32():
    """A program of AArch32 that reads a word of the demo's memory."""
    return life.build_program("root_aarch32", "clang", "--target=arm-linux-gnueabi", "-march=armv7-a", "-marm", "-O1",
                              "-ffreestanding", "-nostdlib", "-fuse-ld=lld",
                              f"-DADDRESS={DEMO_RAM + 0xf0000:#x}UL")


def guest_files(board):
    return {ROOT: cellfile.quiet_system(board),
            OTHER: cell("other", 2, OTHER_RAM),
            KEPT: cell("kept", 2, OTHER_RAM, records=[cellfile.policy(flags=cellfile.TRAP_WFI)]),
            PROGRAM32: program32(),
            "/lib/modules/root_attack.ko": life.build_module(board.kernel, "root_attack"),
            "/lib/modules/root_sysreg.ko": life.build_module(board.kernel, "root_sysreg")}


@pytest.fixture(scope="module")
def system(guest):
    """Enabled, with the demo's cell."""
    life.insmod(guest)
    life.enable(guest, ROOT)
    life.create(guest)
    guest.check("insmod /lib/modules/root_attack.ko")
    return guest


@pytest.fixture(scope="module")
def log(system):
    return life.HypervisorLog(system)


def attack(guest, words):
    """Something that the root cell's kernel does; returns what came of it."""
    guest.check(f"echo '{words}' >{PARAMETERS}/op")
    return int(guest.check(f"cat {PARAMETERS}/result"), 16)


def run_demo(guest, words="rate=200 report=1000000", cell_name=life.DEMO):
    life.load(guest, life.GIC_DEMO, words, cell=cell_name)
    life.start(guest, cell=cell_name)


class Busy:
    """The demo's cell, busy: while it is watched its CPU never enters the hypervisor, and its timer
    interrupts arrive."""

    def __init__(self, guest):
        self.guest = guest
        self.before = None

    def look(self):
        return life.read_u64(self.guest, DEMO_RAM + life.symbol("fired"))

    def __enter__(self):
        self.before = (self.look(), life.sysfs(self.guest, "cells/1/statistics/vmexits_total"))
        return self

    def __exit__(self, kind, *unused):
        if kind is None:
            self.guest.check("usleep 100000")
            fired, entries = self.before
            assert self.look() > fired + 5, "the cell's timer interrupts do not arrive"
            assert life.sysfs(self.guest, "cells/1/statistics/vmexits_total") == entries
            assert life.state(self.guest) == "running"


@pytest.fixture
def busy(system):
    if life.state(system) != "running":
        run_demo(system, "rate=200 report=1000000 busy")
        system.check("usleep 100000")
    return Busy(system)


# --- root's stray accesses: SIGBUS for the process, and nothing else ------------------------------

@pytest.mark.parametrize("access, size, what", (("", 8, "read"), (" 64 7", 8, "write"),
                                                (" 8", 1, "read")))
def test_running_cells_memory(system, log, busy, access, size, what):
    log.mark()
    before = system.read_memory(DEMO_RAM + 0xf0000, 16)
    with busy:
        status, output = system.run(f"devmem 0x{DEMO_RAM + 0xf0000:x}{access or ' 64'}")
        assert (status, output.strip()) == (SIGBUS, "Bus error")
    assert system.read_memory(DEMO_RAM + 0xf0000, 16) == before
    said = log.said("Answered by an external abort")
    assert re.search(
        rf"FATAL: Unhandled data {what} at 0x7faf0000\({size}\), CPU [0-2] of cell \"qemu-arm64\"\n"
        r"  data abort, translation fault\n"
        r'  0x7faf0000 is in region 0 \(demo RAM\) of cell "inmate-demo" \(0x7fa00000, '
        r"size 0x100000\)\n", said)
    assert "Parking" not in said
    assert life.state(system, 0) == "running"
    assert life.sysfs(system, "cells/0/cpus_failed_list") == ""


def test_running_cells_memory_from_aarch32(system, log, busy):
    """By a program whose faults come to Linux by a vector of their own."""
    log.mark()
    with busy:
        status, output = system.run(PROGRAM32)
        assert (status, output.strip()) == (SIGBUS, "Bus error")
    assert "FATAL: Unhandled data read at 0x7faf0000(4)" in log.said("Answered by an external abort")
    assert life.state(system, 0) == "running"


def test_device_of_a_cell(system, board, log, busy):
    f = facts.of(board)
    log.mark()
    with busy:
        assert system.run(f"devmem 0x{f.uart:x} 32 0x58")[0] == SIGBUS
    assert f"{f.uart:#x} is in {facts.described(f.demo, f.uart)}" in log.said("Answered")


def test_memory_that_nobody_has(system, log, busy):
    log.mark()
    with busy:
        assert system.run("devmem 0x90000000")[0] == SIGBUS
    assert "0x90000000 belongs to nobody: no cell's config lists it" in log.said("Answered")


def test_kernel_keeps_processes_off_the_hypervisor(system, board):
    """And off a GICv3. (Linux' driver of a GICv2 claims no range: our filter is what holds there.)"""
    f = facts.of(board)
    for address in [HYPERVISOR, HYPERVISOR + HYPERVISOR_SIZE - 0x1000] + [f.gicd] * (f.version == 3):
        status, output = system.run(f"devmem 0x{address:x}")
        assert status == 1 and "Operation not permitted" in output


def test_reports_are_limited(system, log, busy):
    """A process of root cannot flood the log; it gets its SIGBUS nevertheless."""
    with busy:
        for _ in range(8):
            assert system.run(f"devmem 0x{DEMO_RAM:x}")[0] == SIGBUS
        log.mark()
        for _ in range(4):
            assert system.run(f"devmem 0x{DEMO_RAM:x}")[0] == SIGBUS
        assert log.said() == ""


# --- attacks by root's kernel ---------------------------------------------------------------------

def test_hypervisor_memory_reads_as_zero(system, log):
    """But for the page of messages, which the config opens to root."""
    machine = system.read_memory(HYPERVISOR, HYPERVISOR_SIZE)
    assert machine[:8] == b"JAILHOUS"
    pages = [page for page in range(0, HYPERVISOR_SIZE, 0x1000) if HYPERVISOR + page != log.page
             and any(machine[page:page + 8])]
    assert len(pages) > 8
    for page in pages[:24] + [HYPERVISOR_SIZE // 2, HYPERVISOR_SIZE - 0x1000]:
        assert attack(system, f"read 0x{HYPERVISOR + page:x} 8") == 0
    assert attack(system, f"read 0x{log.page:x} 8") != 0


def write_all(guest, writes):
    """Writes of root's kernel: (address, bytes, value)."""
    guest.check("".join(f"echo 'write 0x{address:x} {size} 0x{value:x}' >{PARAMETERS}/op;"
                        for address, size, value in writes))


def attack_interrupt(guest, f, intid):
    """Everything that can be done to an SPI; its enable bit must not be seen."""
    word, bit = intid // 32 * 4, 1 << intid % 32
    assert attack(guest, f"read 0x{f.gicd + 0x100 + word:x} 4") & bit == 0
    route = (0x800 + intid, 1, 1) if f.version == 2 else (0x6000 + 8 * intid, 8, 0)
    write_all(guest, ((f.gicd + offset, size, value) for offset, size, value in (
        (0x180 + word, 4, bit), (0x200 + word, 4, bit), (0x300 + word, 4, bit),
        (0x380 + word, 4, bit), (0x080 + word, 4, 0), (0x400 + intid, 1, 0xff), route)))
    assert attack(guest, f"read 0x{f.gicd + 0x200 + word:x} 4") & bit == 0


def test_interrupt_of_a_cell(system, board):
    """Neither seen, nor masked, nor made pending, nor sent elsewhere by root's kernel."""
    f = facts.of(board)
    begin = len(system.uart1())
    life.load(system, life.UART_DEMO, facts.of(board).uart_demo())
    life.start(system)
    system.wait_uart1("Hello 1 from cell!", start=begin)
    attack_interrupt(system, f, f.uart_intid)
    for key in b"XYZ":
        system.write_uart1(bytes([key]))
        system.wait_uart1(f"Received: '{key:c}'", start=begin)
    assert system.uart1()[begin:].count("Received") == 3
    life.succeeds(system, f"jailhouse cell shutdown {life.DEMO}")


@facts.on_gic(2)
def test_interrupt_of_the_hypervisor(system, board, busy):
    """A cell can be stopped afterwards, by that very interrupt."""
    with busy:
        attack_interrupt(system, facts.of(board), facts.LAST_SPI)
    life.succeeds(system, f"jailhouse cell shutdown {life.DEMO}")


@facts.on_gic(3)
def test_redistributor_of_a_cells_cpu(system, board, busy):
    f = facts.of(board)
    frame = f.gic_part + 3 * 0x20000 + 0x10000
    with busy:
        assert attack(system, f"read 0x{frame + 0x100:x} 4") == 0
        write_all(system, ((frame + offset, 4, value) for offset, value in (
            (0x180, 0xffffffff), (0x280, 0xffffffff),
            (0x200, 1 << f.system.kick_ppi | 1 << TIMER_INTID), (0x300, 0xffffffff),
            (0x418, 0xffffffff))))


def test_distributor_stays_on(system, board, busy):
    base = facts.of(board).gicd
    with busy:
        control = attack(system, f"read 0x{base:x} 4")
        write_all(system, [(base, 4, 0)])
        assert attack(system, f"read 0x{base:x} 4") == control
        life.every_cpu_works(system, 3)


def test_sgi_to_a_cells_cpu(system, board, busy):
    """All 16 of them, to CPU 3 alone. On a GICv2 to all others, too: by a number that Linux uses,
    and need not act on."""
    f = facts.of(board)
    with busy:
        if f.version == 2:
            write_all(system, ((f.gicd + 0xf00, 4, 1 << 3 << 16 | sgi) for sgi in range(16)))
            write_all(system, [(f.gicd + 0xf00, 4, 1 << 24 | 1)])
        else:
            for sgi in range(16):
                system.check(f"echo 'sgi 0x{sgi << 24 | 8:x}' >{PARAMETERS}/op")
    life.every_cpu_works(system, 3)


def test_psci_for_a_cells_cpu(system, busy):
    with busy:
        # CPU_ON: it is not root's; of root's own, it is on already.
        answer = attack(system, "smc 0xc4000003 3 0x40000000 0") - MINUS
        assert answer in (-2, -3), f"PSCI says {answer}"
        assert attack(system, "smc 0xc4000003 0 0x40000000 0") - MINUS == -4
        answer = attack(system, "smc 0xc4000004 3 0 0") - MINUS
        assert answer in (-2, -3), f"PSCI says {answer}"


def test_linux_cannot_bring_a_cells_cpu_online(system, busy):
    with busy:
        assert system.run("echo 1 >/sys/devices/system/cpu/cpu3/online")[0] != 0
        assert system.check("cat /sys/devices/system/cpu/online").strip() == "0-2"


def test_hyp_stub_calls_give_nothing_away(system, busy):
    """Set vectors, reset vectors, enter VHE: what kexec and KVM would ask of the kernel's stub."""
    with busy:
        for function in (0, 2, 3):
            assert attack(system, f"hvc {function} 0x40000000 0 0") == 0xbadca11
        assert attack(system, "hvc 0x84000000 0 0 0") == 0x10001
        assert attack(system, "hvc 0xffff 0 0 0") == MINUS - 1
        assert attack(system, "hvc 0xc4000099 0 0 0") & 0xffffffff == 0xffffffff
    life.every_cpu_works(system, 3)


DISABLE, CREATE, START, SET_LOADABLE, DESTROY, INFO, STATE, CPU_INFO = range(8)
CHANNEL = 9
BAD_CALLS = [
    (DISABLE, 0, EBUSY), (CREATE, 0, EINVAL), (CREATE, HYPERVISOR, EINVAL),
    (CREATE, DEMO_RAM, EINVAL), (CREATE, 0x7fbffffc, EINVAL), (CREATE, 0x08000000, EINVAL),
    (CREATE, 0x100000000, EINVAL), (CREATE, MINUS - 1, EINVAL), (CREATE, MINUS - 64, EINVAL),
    # Root's memory, but no config.
    (CREATE, 0x7f000000, EINVAL), (CREATE, 0x7f000001, EINVAL),
    *((code, 0, EINVAL) for code in (START, SET_LOADABLE, DESTROY)),
    *((code, arg, ENOENT) for code in (START, SET_LOADABLE, DESTROY)
      for arg in (2, 255, 256, 1 << 32 | 1, MINUS - 1)),
    (STATE, 77, ENOENT), (STATE, 1 << 32, ENOENT), (INFO, 99, EINVAL), (INFO, MINUS - 1, EINVAL),
    (CPU_INFO, 4, EINVAL), (CPU_INFO, MINUS - 1, EINVAL), (CHANNEL, 77, ENOENT),
    (CHANNEL, 1, ENOENT), (CHANNEL, MINUS - 1, ENOENT), (10, 0, ENOSYS), (MINUS - 1, 0, ENOSYS),
]


def test_hypercalls_with_bad_arguments(system, busy):
    before = life.Partition.look(system)
    with busy:
        for code, argument, errno in BAD_CALLS:
            answer = attack(system, f"jail 0x{code:x} 0x{argument:x} 0")
            assert answer == MINUS - errno, f"call {code} 0x{argument:x}: 0x{answer:x}"
    assert life.Partition.look(system) == before


KINDS = {"hypercall": 1, "distributor": 2, "redistributor": 4, "sgi": 8, "firmware": 16}


def storm(guest, f, seed, times, kinds, cpu=3):
    """Attacks at random on the SPI of the demo's cell and on a CPU, by all of root's CPUs at once; returns
    how many, how many were answered with more than they should be, and what the last of those was."""
    frame = 0 if f.version == 2 else f.gic_part + cpu * 0x20000
    target = f"target 0x{f.gicd:x} {f.uart_intid} 0x{frame:x} {cpu}"
    guest.check(f"echo '{target}' >{PARAMETERS}/op; "
                f"echo 'storm {seed} {times} {sum(kinds)}' >{PARAMETERS}/op", timeout=120)
    holes = int(guest.check(f"cat {PARAMETERS}/result"), 16)
    attempts, what, how = (int(word, 16) for word in guest.check(f"cat {PARAMETERS}/more").split())
    return attempts, holes, f"{what:#x} answered {how:#x}"


@pytest.mark.seconds(180)
def test_all_cpus_of_root_attack_at_random(system, board, busy):
    before = life.Partition.look(system)
    seed = random.randrange(1 << 32)
    with busy:
        attempts, holes, last = storm(system, facts.of(board), seed, 10000, KINDS.values())
        print(f"seed {seed}: {attempts} attempts, {holes} holes")
        assert attempts > 10000
        assert holes == 0, f"seed {seed}: {last}"
    assert life.Partition.look(system) == before
    life.every_cpu_works(system, 3)


def test_a_hole_for_root_would_be_seen(system, board, busy):
    """PSCI answers for a CPU that is root's."""
    with busy:
        attempts, holes, last = storm(system, facts.of(board), 1, 100, [KINDS["firmware"]], cpu=0)
        assert 0 < holes < attempts and last == "0xc4000004 answered 0x0"


def system_registers(guest, seed, first_above):
    """Every system register and instruction, tried by root's kernel; those from Op1 FIRST_ABOVE on must be
    undefined. Returns attempts, undefined ones, holes, and the instruction of the last hole."""
    guest.check(f"insmod /lib/modules/root_sysreg.ko; "
                f"taskset 2 sh -c 'echo {seed} {first_above} >/sys/module/root_sysreg/parameters/op'", timeout=120)
    words = guest.check("cat /sys/module/root_sysreg/parameters/result; rmmod root_sysreg").split()
    return [int(word, 16) for word in words]


@pytest.mark.seconds(180)
def test_all_system_registers(system, busy):
    before = life.Partition.look(system)
    seed = random.randrange(1 << 32)
    with busy:
        attempts, undefined, holes, last = system_registers(system, seed, 4)
        print(f"seed {seed}: {attempts} attempts, {undefined} undefined, {holes} holes")
        assert attempts > 200000
        # Half of them belong to EL2, EL3 or nobody, and the other half is sparse.
        assert attempts / 2 < undefined < attempts
        assert holes == 0, f"seed {seed}: 0x{last:08x}"
    assert life.Partition.look(system) == before
    life.every_cpu_works(system, 3)


@pytest.mark.seconds(180)
def test_a_system_register_too_many_would_be_seen(system, busy):
    """Those of EL0 are said to belong to EL2: of Op0 3 and Op1 3, as is the last that works."""
    with busy:
        attempts, _, holes, last = system_registers(system, 1, 3)
        print(f"{attempts} attempts, {holes} holes, last 0x{last:08x}")
        assert 0 < holes < attempts
        assert last >> 16 & 0x1f == 0x1b


# --- interrupts without the hypervisor ------------------------------------------------------------

def test_timer_interrupts_cost_no_entry(system, busy):
    with busy:
        before = life.read_u64(system, DEMO_RAM + life.symbol("fired"))
        entries = life.stats(system, 1)
        system.check("sleep 2")
        assert life.read_u64(system, DEMO_RAM + life.symbol("fired")) - before > 100
        assert life.stats(system, 1) == entries


def test_hotplug_of_roots_cpus(system, busy):
    with busy:
        for cpu in (1, 2, 0) * 2:
            system.check(f"echo 0 >/sys/devices/system/cpu/cpu{cpu}/online")
            assert system.check("nproc").strip() == "2"
            system.check(f"echo 1 >/sys/devices/system/cpu/cpu{cpu}/online")
    life.every_cpu_works(system, 3)


# --- memory that changes hands --------------------------------------------------------------------

def fill(guest, name, address=0):
    """Fills the RAM of a cell by loading."""
    guest.check("[ -f /tmp/pattern ] || yes SECRET | head -c 1048576 >/tmp/pattern")
    life.succeeds(guest, f"jailhouse cell load {name} /tmp/pattern -a {address}")


def test_loadable_memory_is_roots_until_start(system):
    life.succeeds(system, f"jailhouse cell shutdown {life.DEMO}")
    system.check(f"devmem 0x{DEMO_RAM + 0xf0000:x} 64 0x5ec2e7")
    assert system.check(f"devmem 0x{DEMO_RAM + 0xf0000:x} 64").strip() == "0x00000000005EC2E7"
    life.start(system)
    assert system.run(f"devmem 0x{DEMO_RAM + 0xf0000:x}")[0] == SIGBUS
    assert life.read_u64(system, DEMO_RAM + 0xf0000) == 0x5ec2e7


def test_memory_is_scrubbed(system):
    life.create(system, OTHER)
    fill(system, "other")
    assert system.read_memory(OTHER_RAM, 7) == b"SECRET\n"
    life.load(system, life.GIC_DEMO, cell="other")
    life.start(system, cell="other")
    life.destroy(system, "other")
    assert system.read_memory(OTHER_RAM, RAM_SIZE) == bytes(RAM_SIZE)
    assert int(system.check(f"devmem 0x{OTHER_RAM + 0x8000:x} 64"), 16) == 0


def test_memory_stays_where_the_config_says_so(system):
    life.create(system, KEPT)
    fill(system, "kept")
    life.destroy(system, "kept")
    assert system.read_memory(OTHER_RAM + 0x8000, RAM_SIZE - 0x8000).count(b"SECRET") > 100000


def test_next_cell_finds_nothing(system):
    """The inmate itself looks, at memory that no image covers."""
    life.succeeds(system, f"jailhouse cell shutdown {life.DEMO}")
    fill(system, life.DEMO)
    life.destroy(system)
    life.create(system)
    begin = life.forbidden(system, "show-memory", "addr=0x90000")
    system.wait_uart1("TEST show-memory: 0 words are not zero, the first 0x0", start=begin)


# --- load -----------------------------------------------------------------------------------------

LOAD = ("cd /tmp; for w in 1 2 3; do (while [ -f run ]; do for i in 1 2 3 4 5 6 7 8; do "
        "(: | cat | cat | cat) & done; wait; done) & done; "
        "(while [ -f run ]; do dd if=/dev/zero of=/tmp/d bs=64k count=64 2>/dev/null; done) & "
        "(while [ -f run ]; do dd if=/dev/urandom bs=1k count=500 2>/dev/null | md5sum; done) & "
        "(while [ -f run ]; do for c in 0 1 2; do taskset $((1 << c)) true; done; done) & ")


@pytest.mark.seconds(400)
def test_cells_come_and_go_while_root_works_hard(system):
    life.destroy(system)
    system.check(f"touch /tmp/run; ({LOAD}) >/dev/null 2>&1")
    try:
        for number in range(6):
            config, name = ((OTHER, "other"), (life.DEMO_CONFIG, life.DEMO))[number % 2]
            begin = len(system.uart1())
            words = "rate=500 report=10 busy" if number % 4 < 2 else "rate=500 report=10"
            system.check(
                f"jailhouse cell create {config} && jailhouse cell load {name} {life.GIC_DEMO} "
                f"-s '{words}' -a 0x1000 && jailhouse cell start {name}", timeout=60)
            if name == life.DEMO:
                system.wait_uart1(r"Timer fired \d+ times", start=begin, timeout=20)
            system.check(f"jailhouse cell destroy {name}", timeout=60)
            assert system.check("nproc", timeout=60).strip() == "4"
    finally:
        system.check("rm -f /tmp/run; sleep 1", timeout=60)
    system.check("for i in $(seq 20); do [ $(ps | grep -c md5sum) -le 1 ] && break; "
                 "sleep 1; done", timeout=150)
    life.every_cpu_works(system)


def test_violation_by_one_cpu_leaves_the_other(system):
    """Without CONFIG_CRASH_CELL_ON_PANIC: CPU 2 is parked, CPU 3 of the same cell runs on."""
    life.create(system, life.SMP_CONFIG)
    life.forbidden(system, "read-outside", "second=3", cell="smp-demo")
    system.check(f"for i in $(seq 100); do [ \"$(cat {life.SYSFS}/cells/1/cpus_failed_list)\" = 2 ] "
                 "&& exit 0; usleep 20000; done; exit 1")
    alive = SMP_RAM + life.symbol("second_alive", "tests/forbidden")
    before = life.read_u64(system, alive)
    assert life.state(system) == "running"
    system.check("usleep 100000")
    assert life.read_u64(system, alive) > before > 0
    life.destroy(system, "smp-demo")


def test_linux_is_whole_afterwards(system):
    life.disable(system)
    life.every_cpu_works(system)
    assert not life.complaints(system)


# --- what ends Linux' own kernel code -------------------------------------------------------------

def test_kernel_write_into_hypervisor(board):
    """By root's kernel: the process dies with an oops, of which Linux recovers; nothing was
    written, and the hypervisor goes on."""
    files = guest_files(board)
    initrd = life.initrd_with(board, "oops", files)
    with board.guest(name=f"oops-{board.board}", initrd=initrd, extra_append="oops=") as guest:
        life.insmod(guest)
        life.enable(guest, ROOT)
        guest.check("insmod /lib/modules/root_attack.ko")
        before = guest.read_memory(HYPERVISOR, 16)
        status, _ = guest.run(f"echo 'write 0x{HYPERVISOR:x} 8 0' >{PARAMETERS}/op")
        assert status != 0
        assert "synchronous external abort" in guest.dmesg()
        assert guest.read_memory(HYPERVISOR, 16) == before
        # An oops makes the console verbose for good; CPUs that come and go would write into answers.
        guest.check("dmesg -n 1")
        life.create(guest, OTHER)
        life.load(guest, life.GIC_DEMO, cell="other")
        life.start(guest, cell="other")
        life.disable(guest)
        life.every_cpu_works(guest)
