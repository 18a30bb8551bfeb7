# SPDX-License-Identifier: GPL-2.0
"""
Channels between cells: the virtual PCI bus in Linux, its functions in user space, root and two cells
as peers. What a hostile peer does is in test_hostile_peer.py.
"""

import re

import pytest

import cellfile
import life

DEMO = "/usr/libexec/jailhouse/demos/ivshmem-demo.bin"
ROOT = "/etc/test/root.cell"
FIRST, SECOND = "ivshmem-demo", "ivshmem-demo2"
BUS = "/sys/bus/pci/devices"
# The channel of root and two cells: state table, common section, outputs.
TABLE, COMMON, OUTPUTS, OUTPUT_SIZE = 0x7f700000, 0x7f701000, 0x7f70a000, 0x2000


def guest_files(board):
    return {ROOT: cellfile.quiet_system(board)}


@pytest.fixture(scope="module")
def system(guest):
    """Enabled, with both modules loaded."""
    guest.check("insmod /lib/modules/uio.ko; insmod /lib/modules/uio_ivshmem.ko")
    life.insmod(guest)
    life.enable(guest, ROOT)
    yield guest
    guest.run("jailhouse disable", timeout=60)


def functions(guest):
    """{function: class} on the virtual bus, without its domain."""
    text = guest.check(f"grep -l 0x110a {BUS}/*/vendor 2>/dev/null | while read f; do d=${{f%/vendor}}; "
                       "echo ${d##*/} $(cat $d/device $d/class); done; true")
    return {name.partition(":")[2]: kind for name, device, kind in
            (line.split() for line in text.strip().split("\n") if line) if device == "0x4106"}


def bus_of(guest):
    """Where the functions are, such as 0001:00."""
    return guest.check(f"cd {BUS}; grep -l 0x110a */vendor | head -n 1").strip()[:7]


def create(guest, name):
    config = name.removeprefix("ivshmem-")
    return life.create(guest, f"/etc/jailhouse/qemu-arm64-ivshmem-{config}.cell")


def run_demo(guest, name, parameters=""):
    life.load(guest, DEMO, parameters, cell=name)
    life.start(guest, cell=name)


def counts(guest, cell, function="00:00.0"):
    text = guest.check(f"cd {life.SYSFS}/cells/{cell}/channels/{function}; grep . *")
    return dict(re.findall(r"(\w+):(.*)", text))


def talk(guest, arguments):
    """What the program of Linux says; not on the console, where EL2 writes between its words."""
    guest.check(f"ivshmem-demo {arguments} >/tmp/said", timeout=60)
    return guest.check("cat /tmp/said")


# --- Linux ----------------------------------------------------------------------------------------

def test_functions_of_linux(system):
    """The network and the doorbells have no driver here: their class says that they are others'."""
    assert functions(system) == {"00:00.0": "0xff0000", "00:01.0": "0xff0001", "00:02.0": "0xff4000"}
    bus = bus_of(system)
    drivers = system.check(f"cd {BUS}; for f in 0 1 2; do basename $(readlink {bus}:0$f.0/driver || echo none); done")
    assert drivers.split() == ["uio_ivshmem", "none", "none"]


def test_scan_disturbs_nobody(system):
    """Whatever a program reads and writes in configuration space: no violation, and nothing changes
    that is read-only."""
    bus = bus_of(system)
    before = system.check(f"od -An -tx1 -v {BUS}/{bus}:00.0/config")
    for width, count in ((1, 256), (2, 128), (4, 64)):
        system.check(f"dd if={BUS}/{bus}:00.0/config of=/dev/null bs={width} count={count} 2>/dev/null")
    system.check(f"for at in 0 8 44 52 60 64 68 128 200; do printf '\\377\\377\\377\\377' | "
                 f"dd of={BUS}/{bus}:00.0/config bs=1 seek=$at conv=notrunc 2>/dev/null; done")
    after = system.check(f"od -An -tx1 -v {BUS}/{bus}:00.0/config")
    # One-shot mode, which the driver had on, is bit 0 of byte 0x43.
    assert after == before
    system.check("echo 1 >/sys/bus/pci/rescan")
    assert len(functions(system)) == 3
    assert not life.complaints(system)


def test_maps(system):
    text = system.check("cd /sys/class/uio/uio0/maps; for m in 0 1 2 3 4; do echo $(cat map$m/name map$m/addr map$m/size); done; "
                        "[ ! -e map5 ]")
    lines = [line.split() for line in text.strip().split("\n")]
    assert [line[0] for line in lines] == ["registers", "state_table", "rw_section", "input_sections",
                                           "output_section"]
    assert [tuple(int(word, 16) for word in line[1:]) for line in lines[1:]] == [
        (TABLE, 0x1000), (COMMON, 0x9000), (OUTPUTS, 3 * OUTPUT_SIZE), (OUTPUTS, OUTPUT_SIZE)]


def test_rebind_and_new_id(system):
    bus, driver = bus_of(system), "/sys/bus/pci/drivers/uio_ivshmem"
    for _ in range(3):
        system.check(f"echo {bus}:00.0 >{driver}/unbind; [ ! -e /dev/uio0 ]; "
                     f"echo {bus}:00.0 >{driver}/bind; [ -e /dev/uio0 ]")
    system.check(f"echo 110a 4106 110a 4106 ff4000 ffffff >{driver}/new_id; [ -e /dev/uio1 ]")
    # Doorbells alone: no sections.
    assert system.check("cat /sys/class/uio/uio1/maps/map*/name").split() == ["registers", "state_table"]
    system.check(f"echo {bus}:02.0 >{driver}/unbind; echo 110a 4106 110a 4106 ff4000 ffffff >{driver}/remove_id")


def test_errors_of_the_program(system):
    life.refused(system, "ivshmem-demo -d /dev/uio9", "/dev/uio9: No such file.*modprobe uio_ivshmem")
    life.refused(system, "ivshmem-demo -t 7", "has no peer 7, the last is 2")
    life.refused(system, "ivshmem-demo -t 77", "`77` is not a number from 0 to 11")
    life.refused(system, "ivshmem-demo -t 0", "is peer 0 itself; -t takes another one")
    life.refused(system, "ivshmem-demo nonsense", "Usage: ivshmem-demo")


# --- peers ----------------------------------------------------------------------------------------

def test_root_and_two_cells(system):
    """Root talks to the second cell, which has MSI-X, while both cells talk to each other."""
    create(system, FIRST)
    create(system, SECOND)
    run_demo(system, FIRST, "target=2 period=200 report=5 quiet")
    run_demo(system, SECOND, "target=1 period=50 report=100000 quiet")
    text = talk(system, "-t 2 -n 20 -p 20 -q")
    assert re.search(r"peer 0 of 3, output sections 0x2000 bytes", text)
    assert {"peer 1: state 0 -> 1", "peer 2: state 0 -> 1"} <= set(text.strip().split("\n"))
    assert re.search(r"\n20 round trips, \d+ messages; ns: min \d+, avg \d+, max \d+", text)
    system.check("sleep 2")
    log = system.check("jailhouse console")
    assert re.search(r"peer 1 of 3, protocol 0x0, 0 vectors", log)
    assert re.search(r"peer 2 of 3, protocol 0x0, 2 vectors", log)
    assert re.search(r"\d+ round trips, \d+ messages, \d+ interrupts", log)


def test_doorbells_received_cost_no_entry(system):
    """The witness: a cell enters EL2 for what it sends itself, messages and answers, and for nothing
    that arrives."""
    # The cell goes on sending while it is looked at: what is bounded is counted inside.
    before, entries = counts(system, 2), life.stats(system, 2)
    text = talk(system, "-t 2 -n 200 -p 0 -q")
    assert "200 round trips" in text
    now, after = life.stats(system, 2), counts(system, 2)
    received = int(after["doorbells_received"]) - int(before["doorbells_received"])
    sent = int(after["doorbells_sent"]) - int(before["doorbells_sent"])
    assert received >= 200 and sent >= 200
    # An answer is written before it is rung for: to the last one Linux may have left already.
    assert int(after["doorbells_dropped"]) - int(before["doorbells_dropped"]) <= 1
    # WFI traps in this cell, and its timer is programmed without an entry.
    assert now["mmio"] - entries["mmio"] <= sent


def test_no_doorbell_is_lost_under_hotplug(system):
    """In one-shot mode each doorbell that arrives is one interrupt, also while Linux moves the
    interrupt from CPU to CPU."""
    interrupts = "grep uio_ivshmem /proc/interrupts | awk '{ n = 0; for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i; print n }'"
    system.check("ivshmem-demo -t 2 -n 100000 -p 0 -q >/tmp/said & echo $! >/tmp/pid; sleep 0.5")
    system.check("for i in 1 2 3 4 5 6; do for c in 1 0; do echo 0 >/sys/devices/system/cpu/cpu$c/online || exit 1; "
                 "usleep 50000; echo 1 >/sys/devices/system/cpu/cpu$c/online || exit 1; done; done", timeout=100)
    # The other side stops first, and then nothing is under way.
    life.succeeds(system, f"jailhouse cell shutdown {SECOND}")
    system.check("usleep 200000")
    received = int(counts(system, 0)["doorbells_received"])
    arrived = int(system.check(interrupts))
    system.check("kill $(cat /tmp/pid)")
    # Changes of state interrupt, too: two cells came, this program came and went three times.
    assert received > 100
    assert received <= arrived <= received + 20
    run_demo(system, SECOND, "target=1 period=50 report=100000 quiet")


def test_statistics(system):
    text = life.succeeds(system, "jailhouse cell stats --once ivshmem-demo -i 0")
    assert re.search(r"^00:00\.0 state 1: \d+ doorbells sent, \d+ received, \d+ dropped$", text, re.M)
    assert counts(system, 1)["state"] == "1"
    assert counts(system, 0)["state"] == "0"
    assert set(counts(system, 0)) == {"state", "doorbells_sent", "doorbells_received", "doorbells_dropped"}
    text = life.succeeds(system, "jailhouse cell stats --json ivshmem-demo -i 0")
    assert re.search(r'"00:00\.0": \{ "state": 1, "doorbells_sent": \d+', text)


def test_messages_are_shown(system):
    life.destroy(system, SECOND)
    create(system, SECOND)
    run_demo(system, SECOND, "target=0 period=500")
    assert re.search(r"peer 2 says: message \d{4} from a cell", talk(system, "-t 2 -n 12 -p 100"))
    assert "peer 0 says: message 0012 from Linux" in system.check("jailhouse console")


def test_restarted_peer_is_fresh(system):
    """Its peers see it go and come; round trips go on, with nothing of its earlier life."""
    life.succeeds(system, f"jailhouse cell shutdown {SECOND}")
    assert counts(system, 2)["state"] == "0"
    system.check(f"(sleep 1; jailhouse cell start {SECOND}) >/dev/null & "
                 "ivshmem-demo -t 2 -n 10 -p 10 -q >/tmp/said; wait", timeout=60)
    text = system.check("cat /tmp/said")
    assert "peer 2: state 0 -> 1" in text and "10 round trips" in text
    system.check("ivshmem-demo -t 2 -n 100000 -p 10 -q >/tmp/out & echo $! >/tmp/pid; sleep 1")
    life.succeeds(system, f"jailhouse cell destroy {SECOND}")
    create(system, SECOND)
    run_demo(system, SECOND, "target=1 period=50 quiet")
    system.check("sleep 1; kill $(cat /tmp/pid)")
    lines = [line for line in system.check("cat /tmp/out").split("\n") if "peer 2" in line]
    assert lines == ["peer 2: state 0 -> 1", "peer 2: state 1 -> 0", "peer 2: state 0 -> 1"]
    # The program was killed: its state went with it.
    assert counts(system, 0)["state"] == "0"


def test_absent_peer_is_counted(system):
    life.destroy(system, SECOND)
    bus, driver = bus_of(system), "/sys/bus/pci/drivers/uio_ivshmem"
    registers = int(system.check("cat /sys/class/uio/uio0/maps/map0/addr"), 16)
    system.check(f"echo {bus}:00.0 >{driver}/unbind; echo 1 >{BUS}/{bus}:00.0/enable")
    before = counts(system, 0)
    # Peer 2 is not there, 9 and 0x7777 cannot be, and peer 1 has no vector 1.
    for value in (0x20000, 0x90000, 0x77770000, 0x10001):
        system.check(f"devmem {registers + 12:#x} 32 {value:#x}")
    after = counts(system, 0)
    assert int(after["doorbells_sent"]) - int(before["doorbells_sent"]) == 4
    assert int(after["doorbells_dropped"]) - int(before["doorbells_dropped"]) == 4
    system.check(f"echo 0 >{BUS}/{bus}:00.0/enable; echo {bus}:00.0 >{driver}/bind")


# --- the end --------------------------------------------------------------------------------------

def test_disable_while_a_program_has_it_open(system):
    """The bus goes; the program meets errors, not a crash; and everything comes back."""
    system.check("ivshmem-demo -t 1 -n 100000 -p 10 -q >/tmp/out 2>&1 & echo $! >/tmp/pid; sleep 1; "
                 "kill -0 $(cat /tmp/pid)")
    life.refused(system, "rmmod uio_ivshmem", "temporarily unavailable")
    life.disable(system)
    system.check("for i in $(seq 50); do kill -0 $(cat /tmp/pid) 2>/dev/null || exit 0; usleep 100000; done; exit 1")
    assert functions(system) == {}
    assert system.check("ls /dev/uio* 2>/dev/null; true") == ""
    assert not life.complaints(system)


def test_comes_and_goes(system):
    for _ in range(3):
        life.enable(system, ROOT)
        assert len(functions(system)) == 3
        life.disable(system)
        assert functions(system) == {}
    assert "Jailhouse PCI" not in system.check("cat /proc/iomem")
    assert not life.complaints(system)
