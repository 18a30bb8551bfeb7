# SPDX-License-Identifier: GPL-2.0
"""
Enable and disable as a transaction: whatever fails, Linux has what it had, and the next attempt
works. Faults come from the driver's parameter `inject`, and from what is on the disk.
"""

import dataclasses
import re
import struct

import pytest

import cellfile
import facts
import life
from guest import BUILD

INJECT = "/sys/module/jailhouse/parameters/inject"
TIMEOUTS = "rendezvous_ms=2000 offline_timeout_ms=2000"
FIRMWARE = "/lib/firmware/jailhouse.bin"
QUIET = "/etc/test/root.cell"
LITTLE = "/etc/test/little.cell"
LITTLE_SIZE = 256 << 20
# Cycles in a round; rounds at most; what a cycle may lose, less than a page and a half.
CYCLES, ROUNDS, LOST_KIB = 100, 4, 6

ENABLE_STAGES = ("config", "environment", "ram", "firmware", "root-cell", "memory", "hotplug", "parked",
                 "layout", "switch", "sysfs")
CREATE_STAGES = ("cell-config", "cell-object", "cell-cpus", "cell-regions", "cell-offline",
                 "cell-create", "cell-sysfs")
# Memory itself, or the address space for a cell's memory.
NO_MEMORY = "Cannot allocate memory\njailhouse: |Device or resource busy\njailhouse: .* no address space"
CANCELED = 'Operation canceled\njailhouse: stage "{}" was made to fail by the parameter `inject`'


def guest_files(board):
    quiet = cellfile.quiet_system(board)
    return {QUIET: quiet, LITTLE: little_ram(quiet),
            "/lib/modules/late_cpu.ko": life.build_module(board.kernel, "late_cpu")}


def little_ram(system):
    """A system config whose root cell has the first 256 MiB of its first region only."""
    ram = cellfile.parse(system).regions[0]
    assert ram.phys == ram.virt and ram.size > LITTLE_SIZE
    return system.replace(ram.pack(), dataclasses.replace(ram, size=LITTLE_SIZE).pack(), 1)


@pytest.fixture(scope="module")
def loaded(guest):
    """The module is loaded; every test leaves the hypervisor disabled."""
    life.insmod(guest, TIMEOUTS)
    return guest


@pytest.fixture
def unchanged(loaded):
    """What Linux and sysfs show is the same after the test."""
    before = life.Partition.look(loaded)
    yield
    assert life.Partition.look(loaded) == before
    assert loaded.check(f"cat {INJECT}").strip() == "", "the fault did not happen"


@pytest.fixture
def enabled(loaded):
    life.enable(loaded, QUIET)
    yield
    life.disable(loaded)


def inject(guest, fault):
    guest.check(f"echo {fault} >{INJECT}")


def works(guest):
    """The next enable and disable go well."""
    life.succeeds(guest, f"jailhouse enable {QUIET} && jailhouse disable", timeout=60)


# --- order of commands ----------------------------------------------------------------------------

def test_twice(loaded, unchanged):
    life.refused(loaded, "jailhouse disable", "^jailhouse: the hypervisor is not enabled")
    life.enable(loaded)
    enabled = life.Partition.look(loaded)
    life.refused(loaded, f"jailhouse enable {life.ROOT_CONFIG}",
                 "^JAILHOUSE_ENABLE: Device or resource busy\njailhouse: the hypervisor is enabled "
                 "already; run `jailhouse disable` first\n$")
    assert life.Partition.look(loaded) == enabled
    life.disable(loaded)
    life.refused(loaded, "jailhouse disable", "the hypervisor is not enabled")


def test_what_enable_and_disable_say(loaded, board, unchanged):
    """On the hypervisor's UART, which is Linux' console too, if it has one; and in its log."""
    f = facts.of(board)
    log = life.HypervisorLog(loaded)
    output = life.enable(loaded)
    said = log.said() if not f.has_console else output
    for line in ("Initializing Jailhouse hypervisor Cellblock",
                 rf"Initializing unit: .*GICv{f.version}",
                 *(rf" CPU {n}\.\.\. OK" for n in range(4)),
                 r"Page pool usage after init: mem \d+/\d+, remap \d+/\d+", "Activating hypervisor"):
        assert len(re.findall(f"^{line}", said, re.M)) == 1, line
    assert re.search(r"enabled on CPUs 0-3; Linux stood still for \d+ us", loaded.dmesg())
    log.mark()
    output = life.disable(loaded)
    # The last words stay readable.
    words = loaded.check("jailhouse console")
    said = words if not f.has_console else output
    assert sorted(re.findall(r"^ Releasing CPU (\d)", said, re.M)) == list("0123")
    assert "Shutting down hypervisor" in said and "Shutting down hypervisor" in words


def test_offline_cpu_stops_disable(loaded, unchanged):
    life.enable(loaded, QUIET)
    loaded.check("echo 0 >/sys/devices/system/cpu/cpu2/online")
    life.refused(loaded, "jailhouse disable",
                 "^JAILHOUSE_DISABLE: Device or resource busy\njailhouse: CPUs 2 are offline",
                 "echo 1 >/sys/devices/system/cpu/cpu2/online")
    assert life.sysfs(loaded, "enabled") == "1"
    loaded.check("echo 1 >/sys/devices/system/cpu/cpu2/online")
    life.disable(loaded)


def test_ram_that_is_not_roots(loaded, board, unchanged):
    """Linux would die of its first access to it."""
    ram = cellfile.parse(cellfile.built(board.root)).regions[0].phys
    life.refused(loaded, f"jailhouse enable {LITTLE}",
                 "^JAILHOUSE_ENABLE: Invalid argument\njailhouse: Linux uses 0x[0-9a-f]+-0x[0-9a-f]+ as System "
                 f"RAM, of which 0x{ram + LITTLE_SIZE:x} is not in the root cell's RAM, so that Linux would die; "
                 r"add it to the mem_regions of the system config, or boot Linux with mem=256M\n$")
    works(loaded)


def test_rmmod_while_enabled_is_refused(loaded, enabled):
    status, output = loaded.run("rmmod jailhouse")
    assert status != 0 and "temporarily unavailable" in output
    assert life.sysfs(loaded, "enabled") == "1"


# --- the image ------------------------------------------------------------------------------------

def image():
    with open(f"{BUILD}/hypervisor/jailhouse.bin", "rb") as f:
        return f.read()


def header(offset, value):
    """A shell command that overwrites 8 bytes of the image's header."""
    text = "".join(f"\\{byte:03o}" for byte in struct.pack("<Q", value))
    return f"printf '{text}' | dd of={FIRMWARE} bs=1 seek={offset} conv=notrunc 2>/dev/null"


DAMAGES = {
    "missing": ("rm {}", "No such file or directory", "is not in /lib/firmware; install it there"),
    "empty": (": >{}", r"[\w ]+", r"(is shorter than its header|cannot be loaded)"),
    "truncated header": ("truncate -s 40 {}", "Invalid argument", "is shorter than its header"),
    "signature": ("printf X | dd of={} bs=1 conv=notrunc 2>/dev/null", "Invalid argument",
                  "is no hypervisor image: its signature is not JAILHOUS"),
    "size": (header(8, 0x1000), "Invalid argument", "(impossible sizes|larger than its header says)"),
    "huge size": (header(8, 1 << 62), "Invalid argument", "impossible sizes|too few for the image"),
    "entry": (header(24, 1 << 40), "Invalid argument", "has its entry outside of itself"),
    "console": (header(32, 1 << 40), "Invalid argument", "has its console page outside of itself"),
    "a shell script": ("head -c 100000 /bin/busybox >{}", "Invalid argument", "signature"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_image(loaded, unchanged, damage):
    command, errno, reason = DAMAGES[damage]
    loaded.check(f"cp {FIRMWARE} /tmp/good.bin; {command.format(FIRMWARE)}")
    try:
        life.refused(loaded, f"jailhouse enable {QUIET}",
                     f"^JAILHOUSE_ENABLE: {errno}\njailhouse: .*jailhouse.bin.*{reason}|"
                     f"^JAILHOUSE_ENABLE: {errno}\njailhouse: hypervisor_memory .*{reason}")
    finally:
        loaded.check(f"cp /tmp/good.bin {FIRMWARE}")


# --- faults ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("fault, cpu", [("skip_cpu", n) for n in range(4)]
                         + [("late_cpu", 0), ("late_cpu", 3)])
def test_cpu_that_does_not_arrive(loaded, unchanged, fault, cpu):
    inject(loaded, f"{fault}:{cpu}")
    life.refused(loaded, f"jailhouse enable {QUIET}",
                 "^JAILHOUSE_ENABLE: Connection timed out\n"
                 f"jailhouse: CPU {cpu} did not enter EL2 within 2000 ms; nothing was changed\n$")
    works(loaded)
    life.every_cpu_works(loaded)


@pytest.mark.parametrize("stage", ENABLE_STAGES)
def test_failure_of_each_stage(loaded, unchanged, stage):
    inject(loaded, f"stage:{stage}")
    life.refused(loaded, f"jailhouse enable {QUIET}", CANCELED.format(stage))
    works(loaded)


@pytest.mark.parametrize("stage", CREATE_STAGES)
def test_failure_of_each_stage_of_create(enabled, unchanged, loaded, stage):
    inject(loaded, f"stage:{stage}")
    life.refused(loaded, f"jailhouse cell create {life.DEMO_CONFIG}", CANCELED.format(stage))


def fails_at_each_allocation(guest, command, undo):
    """Makes the first, second, ... allocation of a command fail until there is no more; returns how
    often it failed."""
    before = life.Partition.look(guest)
    for number in range(1, 100):
        inject(guest, f"alloc:{number}")
        status, output = guest.run(command, timeout=60)
        armed = guest.check(f"cat {INJECT}").strip()
        if armed:
            assert status == 0, output
            inject(guest, "")
            guest.check(undo)
            return number - 1
        assert status == 1 and re.search(NO_MEMORY, output), (number, output)
        assert life.Partition.look(guest) == before, f"after failure of allocation {number}"
    raise AssertionError("no end")


def test_failure_of_each_allocation(loaded, unchanged):
    count = fails_at_each_allocation(loaded, f"jailhouse enable {QUIET}", "jailhouse disable")
    assert count >= 5


def test_failure_of_each_allocation_of_create(enabled, unchanged, loaded):
    count = fails_at_each_allocation(loaded, f"jailhouse cell create {life.DEMO_CONFIG}",
                                     f"jailhouse cell destroy {life.DEMO}")
    assert count >= 5


def test_failure_of_each_allocation_of_load(enabled, unchanged, loaded):
    life.create(loaded)
    command = f"jailhouse cell load {life.DEMO} {life.GIC_DEMO} -s rate=100 -a 0x1000"
    assert fails_at_each_allocation(loaded, command, "true") >= 3
    life.destroy(loaded)


def test_cpu_that_goes_offline_too_late(enabled, unchanged, loaded):
    inject(loaded, "offline_timeout")
    life.refused(loaded, f"jailhouse cell create {life.DEMO_CONFIG}",
                 r"^JAILHOUSE_CELL_CREATE: Connection timed out\njailhouse: CPU 3 did not go "
                 r"offline within 2000 ms \(parameter offline_timeout_ms\)")
    loaded.check("for i in $(seq 100); do dmesg | grep -q 'CPU 3 went offline too late, and was "
                 "brought back (result 0)' && exit 0; usleep 50000; done; exit 1")
    assert loaded.check("nproc").strip() == "4"
    life.create(loaded)
    assert loaded.check("nproc").strip() == "3"
    life.destroy(loaded)


@pytest.fixture
def late(loaded):
    """How late a CPU that is offline in Linux makes its last call, in ms: a parameter."""
    loaded.check("insmod /lib/modules/late_cpu.ko")
    yield "/sys/module/late_cpu/parameters/delay_ms"
    # None of them may be in it any more.
    loaded.check("for i in $(seq 200); do [ $(nproc) = 4 ] && exec rmmod late_cpu; usleep 20000; done; exit 1")


def test_cpu_that_switches_itself_off_late(enabled, unchanged, loaded, late):
    """Linux waits 100 ms for it."""
    loaded.check(f"echo 600 >{late}")
    life.create(loaded)
    assert loaded.check("nproc").strip() == "3"
    life.destroy(loaded)
    life.every_cpu_works(loaded)


def test_cpu_that_switches_itself_off_too_late(enabled, unchanged, loaded, late):
    """It is waited for once more before Linux may have it back."""
    loaded.check(f"echo 3000 >{late}")
    life.refused(loaded, f"jailhouse cell create {life.DEMO_CONFIG}",
                 r"^JAILHOUSE_CELL_CREATE: Connection timed out\njailhouse: CPU 3 is offline in Linux, "
                 r"but did not switch itself off within 2000 ms \(parameter offline_timeout_ms\); try again")
    loaded.check(f"echo 0 >{late}")
    life.every_cpu_works(loaded)
    life.create(loaded)
    life.destroy(loaded)


@pytest.mark.parametrize("delay", (80000, 900000), ids=("linux waits", "the driver waits"))
def test_tool_is_killed_while_a_cpu_switches_itself_off(enabled, unchanged, loaded, late, delay):
    loaded.check(f"echo 1500 >{late}")
    loaded.check(f"jailhouse cell create {life.DEMO_CONFIG} & p=$!; usleep {delay}; kill -9 $p; wait $p; "
                 "[ $? = 137 ]")
    loaded.check("for i in $(seq 200); do [ $(nproc) = 4 ] && exit 0; usleep 20000; done; exit 1")
    loaded.check(f"echo 0 >{late}")
    life.every_cpu_works(loaded)


def test_cpu_comes_back_while_it_switches_itself_off(enabled, unchanged, loaded, late):
    """Somebody brings it online: the cell cannot have it then."""
    loaded.check(f"echo 400 >{late}")
    status = loaded.check(f"jailhouse cell create {life.DEMO_CONFIG} >/dev/null 2>&1 & p=$!; "
                          "until echo 1 >/sys/devices/system/cpu/cpu3/online; do usleep 1000; done 2>/dev/null; "
                          "wait $p; echo $?", timeout=60).split()[-1]
    loaded.check(f"echo 0 >{late}")
    if status == "0":
        life.destroy(loaded)
    life.every_cpu_works(loaded)


def test_inject_refuses_nonsense(loaded, unchanged):
    for word in ("nonsense", "skip_cpu", "alloc:x", "stage", "alloc:1:2"):
        assert loaded.run(f"echo {word} >{INJECT}")[0] != 0
    inject(loaded, "")


# --- often, and after the worst -------------------------------------------------------------------

def memory(guest):
    """(KiB that nobody uses, areas of kernel address space in use). Pages that a CPU keeps at hand
    count as free. The hypervisor's last words may stand on the same lines."""
    text = guest.check("sync; echo 3 >/proc/sys/vm/drop_caches; grep MemFree /proc/meminfo; "
                       "grep -w count: /proc/zoneinfo; "
                       "echo areas=$(grep -c . /proc/vmallocinfo)")
    free = int(re.search(r"MemFree:\s+(\d+)", text)[1])
    free += 4 * sum(map(int, re.findall(r"\bcount:\s+(\d+)", text)))
    return free, int(re.search(r"areas=(\d+)", text)[1])


@pytest.mark.seconds(400)
def test_many_cycles(loaded, unchanged):
    works(loaded)
    # A busy machine must not decide: the longest patience there is.
    loaded.check("echo 8000 >/sys/module/jailhouse/parameters/rendezvous_ms")
    for _ in range(ROUNDS):
        free, areas = memory(loaded)
        loaded.check(f"for i in $(seq {CYCLES}); do jailhouse enable {QUIET} && jailhouse disable "
                     "|| exit 1; done", timeout=200)
        free_after, areas_after = memory(loaded)
        # Linux frees areas late, some dozens at once: a leak would be one or more a cycle.
        assert areas_after < areas + CYCLES // 2
        # What Linux caches meanwhile varies by some MiB, but not in each round; a leak does.
        lost = free - free_after
        if lost < CYCLES * LOST_KIB:
            break
    else:
        pytest.fail(f"{lost} KiB are lost in {CYCLES} cycles, again and again")
    life.every_cpu_works(loaded)


def test_nothing_to_complain(loaded):
    life.succeeds(loaded, "rmmod jailhouse")
    assert not life.complaints(loaded)


def test_log_survives_a_reset(board):
    """The reset button while a cell runs: the next boot finds what was said."""
    with board.guest(name=f"reset-{board.board}", reboot=True) as guest:
        life.insmod(guest)
        assert guest.check(f"cat {life.SYSFS}/last_console") == ""
        life.enable(guest)
        life.create(guest)
        life.load(guest, life.GIC_DEMO, "rate=100 report=10")
        life.start(guest)
        guest.system_reset()
        guest.wait_boot()
        life.insmod(guest)
        life.enable(guest)
        text = guest.check(f"cat {life.SYSFS}/last_console")
        assert "Activating hypervisor" in text and f'Started cell "{life.DEMO}"' in text
        life.disable(guest)
        life.every_cpu_works(guest)
        assert not life.complaints(guest)


def test_log_of_an_attempt_that_failed(board):
    with board.guest(name=f"attempt-{board.board}", reboot=True) as guest:
        life.insmod(guest, "rendezvous_ms=2000")
        inject(guest, "skip_cpu:1")
        life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}", "CPU 1 did not enter EL2")
        assert "CPU 1 did not enter EL2" in guest.check("jailhouse console")
        guest.system_reset()
        guest.wait_boot()
        life.insmod(guest)
        life.enable(guest)
        assert "CPU 1 did not enter EL2" in guest.check(f"cat {life.SYSFS}/last_console")


def test_reboot_while_enabled(board):
    """Linux restarts the machine with a cell running: everything is given back first."""
    with board.guest(name=f"reboot-{board.board}", reboot=True) as guest:
        life.insmod(guest)
        life.enable(guest)
        life.create(guest)
        life.load(guest, life.GIC_DEMO, "rate=100 report=10")
        life.start(guest)
        guest.proc.send("reboot -f\n")
        guest.wait_boot()
        assert not re.search("the machine goes down with the hypervisor enabled", guest.console())
        assert guest.check("nproc").strip() == "4"
        life.insmod(guest)
        life.enable(guest)
        assert "Releasing CPU" in guest.check(f"cat {life.SYSFS}/last_console")
        life.create(guest)
        assert guest.shutdown(), "poweroff with a cell that exists does not end QEMU"
