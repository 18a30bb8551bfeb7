# SPDX-License-Identifier: GPL-2.0
"""
The life of cells by the tool: what works, and everything that is refused, with the sentence that
the user gets; after a refusal nothing has changed.
"""

import functools
import json
import os
import re
import subprocess

import pytest

import cellfile
import facts
import life
from cellfile import IO, IO_32, READ, WRITE, Irqchip, Region
from guest import BUILD, TOP

ROOT = "/etc/test/root.cell"
OTHER = "/etc/test/other.cell"
OTHER_RAM = 0x7f900000
DEMO_RAM = 0x7fa00000
DEMO = life.DEMO
BAD = "/etc/test/bad"
NO_DRIVER = "the driver is not loaded. Load it with `modprobe jailhouse`"
NOT_ENABLED = "the hypervisor is not enabled. Enable it with `jailhouse enable SYSCONFIG`"
# Good ones, and a rule that does not show when a config comes from a file: the driver gives the id.
NOT_WRONG = ("ok", "cell_id")


def other_ram(size=0x100000):
    return Region(OTHER_RAM, 0, size, cellfile.RAM)


def other(regions=(), **fields):
    """A config for CPU 2, beside the demo's."""
    values = {"name": "other", "cpus": (2,), "reply_timeout": 300000,
              "regions": [other_ram(), cellfile.comm_region(), *regions], **fields}
    return cellfile.Cell(**values).pack()


def mmio(phys, size=0x1000, virt=None, flags=READ | WRITE | IO):
    return Region(phys, phys if virt is None else virt, size, flags)


@functools.cache
def misfits(board):
    """Good configs that do not fit the machine, or what is there: (config, errno, reason)."""
    f = facts.of(board)
    device = f.linux_device.phys
    of_gic = {
        2: {"cpu-interface": (other([mmio(f.gic_part)]), "Invalid argument",
                              "covers the interrupt controller, which"),
            "interrupt-of-the-hypervisor": (
                other(irqchips=[Irqchip({facts.LAST_SPI}, 256)]), "Device or resource busy",
                rf"interrupt {facts.LAST_SPI} \(SPI {facts.LAST_SPI - 32}\) is what the hypervisor "
                "wakes CPUs with; leave it out")},
        3: {"redistributor": (other([mmio(f.gic_part + 0x60000, 0x10000)]), "Invalid argument",
                              "covers the interrupt controller, which")},
    }[f.version]
    return of_gic | {
        "cpu-absent": (other(cpus=(2, 5)), "Device or resource busy",
                       'CPU 5 of cell "other" does not exist; this machine has CPUs 0-3'),
        "cpu-of-another": (other(cpus=(2, 3)), "Device or resource busy",
                           f'CPU 3 belongs to cell "{DEMO}"; destroy that one first'),
        "every-cpu": (other(cpus=(0, 1, 2)), "Device or resource busy",
                      r"the cell wants all CPUs that Linux has online \(0-2\); leave Linux one"),
        "memory-of-another": (other([Region(DEMO_RAM + 0xff000, 0x1000000, 0x2000, cellfile.RAM)]),
                              "Device or resource busy",
                              f'memory region 2 at 0x7faff000 overlaps region 0 of cell "{DEMO}", and '
                              "not both are ROOTSHARED"),
        "interrupt-of-another": (other(irqchips=[Irqchip({f.uart_intid})]), "Device or resource busy",
                                 f'interrupt {f.uart_intid} belongs to cell "{DEMO}"'),
        "interrupt-that-does-not-exist": (
            other(irqchips=[Irqchip({facts.LAST_SPI + 1}, facts.LAST_SPI + 1)]), "Invalid argument",
            rf"interrupt {facts.LAST_SPI + 1} \(SPI {facts.LAST_SPI - 31}\) does not exist: the last "
            rf"of this machine is {facts.LAST_SPI} \(SPI {facts.LAST_SPI - 32}\)"),
        "hypervisor-memory": (other([Region(0x7fbff000, 0x1000000, 0x2000, READ | WRITE)]),
                              "Invalid argument",
                              r'memory region 2 \(0x7fbff000, 0x2000 bytes\) of cell "other" covers '
                              "the hypervisor's memory; leave that out of the config"),
        "hypervisor-end": (other([Region(0x7ffff000, 0x1000000, 0x1000, READ)]),
                           "Invalid argument", "covers the hypervisor's memory"),
        "hypervisor-shared": (
            other([Region(0x7fd00000, 0x1000000, 0x1000, READ | cellfile.ROOTSHARED)]),
            "Invalid argument", "covers the hypervisor's memory"),
        "distributor": (other([mmio(f.gicd, 0x10000)]), "Invalid argument",
                        "covers the interrupt controller, which every cell sees filtered"),
        "distributor-hidden": (other([mmio(0x0c000000, virt=f.gicd)]), "Invalid argument",
                               rf"memory region 2 \(phys 0xc000000, virt {f.gicd:#x}\) covers the "
                               "interrupt controller"),
        "linux-memory": (other([Region(0x50000000, 0x1000000, 0x1000, cellfile.RAM)]),
                         "Device or resource busy",
                         "is in use by Linux itself: 0x50000000-0x50000fff is System RAM; boot Linux "
                         "with mem=256M or less, or choose memory that it does not use"),
        "part-of-a-device": (other([Region(device, device, 0x800, READ | WRITE | IO | IO_32)]),
                             "Device or resource busy",
                             f"device {device:x}.pl031, which driver {facts.LINUX_DRIVER} uses; the "
                             "region covers only "
                             "a part of it: take all of it or share it"),
        "same-name": (other(name=DEMO), "File exists",
                      f'there is a cell "{DEMO}" already; destroy it first or choose another name'),
        "root-name": (other(name="qemu-arm64"), "File exists", 'there is a cell "qemu-arm64" already'),
        "aarch32": (other(flags=4), "Invalid argument", "cells in AArch32 state are not supported yet"),
    }


def bad_configs():
    """{path in the guest: bytes} of hypervisor/tests/bad_configs, built if they are not."""
    folder = os.path.join(BUILD, "unit", "hypervisor", "bad_configs")
    sources = os.path.join(TOP, "hypervisor", "tests", "bad_configs")
    names = [os.path.join(kind, name[:-2] + ".bin") for kind in ("cell", "system")
             for name in sorted(os.listdir(os.path.join(sources, kind)))
             if name.endswith(".c") and not name.startswith(NOT_WRONG)]
    paths = [os.path.join(folder, name) for name in names]
    if not all(os.path.exists(path) for path in paths):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        subprocess.run(["make", "-s", f"B={BUILD}", *paths], cwd=TOP, check=True, env=environment)
    files = {}
    for name, path in zip(names, paths):
        with open(path, "rb") as f:
            files[f"{BAD}/{name}"] = f.read()
    return files


def guest_files(board):
    return {ROOT: cellfile.quiet_system(board), OTHER: other(),
            "/etc/test/slow.cell": other(name="slow", reply_timeout=4000000),
            "/etc/test/no-ram.cell": other(name="no-ram", regions=[], flags=0),
            **{f"/etc/test/misfit/{name}.cell": misfit[0] for name, misfit in misfits(board).items()},
            **bad_configs()}


# --- before the hypervisor is there ---------------------------------------------------------------

COMMANDS = {
    "disable": "disable", "console": "console", "create": f"cell create {life.DEMO_CONFIG}",
    "load": f"cell load {DEMO} {life.GIC_DEMO}", "start": "cell start 1",
    "shutdown": "cell shutdown 1", "destroy": "cell destroy 1", "stats": "cell stats 1 --once",
}


@pytest.mark.parametrize("name", ["enable", *COMMANDS])
def test_without_module(guest, name):
    command = COMMANDS.get(name, f"enable {life.ROOT_CONFIG}")
    life.refused(guest, f"jailhouse {command}", f"^jailhouse: there is no .*: {NO_DRIVER}")


def test_list_without_module(guest):
    assert guest.run("jailhouse cell list 2>/dev/null") == (0, "")
    assert NO_DRIVER in guest.check("jailhouse cell list")


@pytest.fixture(scope="module")
def loaded(guest):
    life.insmod(guest)
    return guest


@pytest.mark.parametrize("name", COMMANDS)
def test_without_enable(loaded, name):
    sentence = NOT_ENABLED.replace("enabled. ", r"enabled(, and it left no messages)?\. ")
    life.refused(loaded, f"jailhouse {COMMANDS[name]}", f"^jailhouse: {sentence}\n$")


def test_list_without_enable(loaded):
    assert loaded.run("jailhouse cell list 2>/dev/null") == (0, "")
    assert NOT_ENABLED in loaded.check("jailhouse cell list")


def test_bad_system_configs(loaded):
    refuses_all(loaded, "system", "jailhouse enable", "system config")
    assert not life.complaints(loaded)


# --- the files and names that a user gets wrong ---------------------------------------------------

@pytest.fixture(scope="module")
def system(loaded):
    """Enabled; the demo's cell exists and is shut down."""
    life.enable(loaded, ROOT)
    life.create(loaded)
    loaded.check("touch /tmp/empty; yes | head -c 4096 >/tmp/page")
    return loaded


@pytest.fixture
def unchanged(system):
    before = life.Partition.look(system)
    yield
    assert life.Partition.look(system) == before


def refuses_all(guest, kind, command, what):
    """Each bad config is refused by the tool, and without its check by the driver, by name of the
    rule that it breaks; nothing changes."""
    before = life.Partition.look(guest)
    output = guest.check(
        f"for f in {BAD}/{kind}/*; do echo == ${{f##*/}}; {command} $f; echo tool $?; "
        f"JAILHOUSE_SKIP_CHECK=1 {command} $f; echo driver $?; done 2>&1", timeout=100)
    count = 0
    for part in output.split("== ")[1:]:
        name, _, rest = part.partition("\n")
        rule = re.split(r"[-.]", name)[0]
        count += 1
        tool, _, driver = rest.partition("tool ")
        tool_status, _, driver = driver.partition("\n")
        assert tool_status == "1", part
        assert re.search(rf"cannot be used: .* \[{rule.upper()}\]", tool), part
        # A file that is shorter than it says is read together with what follows it in memory.
        wanted = rf"the {what} breaks rule {rule.upper()}: \w+"
        if rule in ("truncated", "size_mismatch", "count_overflow", "cpu_set_size", "pci_count",
                    "mem_count", "irqchip_count", "signature", "ext_header"):
            wanted += rf"|the {what} (breaks rule|cannot be read|has \d+ bytes|says that it has)"
        assert re.search(wanted, driver) and "driver 1" in driver, part
    assert count > 25
    assert life.Partition.look(guest) == before


def test_bad_cell_configs(system):
    refuses_all(system, "cell", "jailhouse cell create", "cell config")


@pytest.mark.cases(("name",), lambda board: [(name,) for name in misfits(board)])
def test_config_that_does_not_fit(system, board, unchanged, name):
    _, errno, reason = misfits(board)[name]
    life.refused(system, f"jailhouse cell create /etc/test/misfit/{name}.cell",
                 f"^JAILHOUSE_CELL_CREATE: ({errno})\njailhouse: .*({reason})")


WRONG_FILES = {
    "/none": "cannot be opened: No such file or directory",
    "/etc": "is a directory; give a file",
    "/dev/null": "is not a regular file",
    "/tmp/empty": "is empty",
    life.ROOT_CONFIG: r"cannot be used: the signature is wrong.*\[SIGNATURE\]\n  it is a system",
    life.GIC_DEMO: r"cannot be used: the signature is wrong.*\[SIGNATURE\]",
}


@pytest.mark.parametrize("path", WRONG_FILES)
def test_config_that_is_no_config(system, unchanged, path):
    life.refused(system, f"jailhouse cell create {path}", re.escape(path) + " " + WRONG_FILES[path])


@pytest.mark.parametrize("path", list(WRONG_FILES)[:4])
def test_image_that_is_no_image(system, unchanged, path):
    life.refused(system, f"jailhouse cell load {DEMO} {path}",
                 f"^jailhouse: the image {path} {WRONG_FILES[path]}")


UNKNOWN_CELLS = {
    "none": 'No such file or directory\njailhouse: there is no cell "none"; `jailhouse cell list`',
    "7": "No such file or directory\njailhouse: there is no cell with id 7; `jailhouse cell list`",
    "--name 1": 'No such file or directory\njailhouse: there is no cell "1"',
    "-1": "`-1` is no option of this command, nor a cell",
    "99999999999": "`99999999999` is not a cell id: it is larger than any id can be",
    "n" * 32: f"the cell name `{'n' * 32}` has 32 characters; 31 is the most",
    "''": "the name of the cell is empty",
    "": "which cell\\? Give its id or its name\nUsage: jailhouse cell",
    "0": 'Invalid argument\njailhouse: cell "qemu-arm64" is the root cell, in which this Linux runs',
    "qemu-arm64": 'Invalid argument\njailhouse: cell "qemu-arm64" is the root cell',
}


@pytest.mark.parametrize("cell", UNKNOWN_CELLS)
@pytest.mark.parametrize("command", ("start", "shutdown", "destroy"))
def test_cell_that_is_none_of_ours(system, unchanged, command, cell):
    life.refused(system, f"jailhouse cell {command} {cell}", UNKNOWN_CELLS[cell])


def test_load_into_root(system, unchanged):
    life.refused(system, f"jailhouse cell load 0 {life.GIC_DEMO}", "is the root cell")


def test_stats_of_no_cell(system, unchanged):
    life.refused(system, "jailhouse cell stats none --once", "there is no cell named `none`")
    life.refused(system, "jailhouse cell stats 7 --json", "there is no cell with id 7")


OUTSIDE = r"does not lie inside one loadable region of cell .*, which are: 0x0-0xfffff"


@pytest.mark.parametrize("address, reason", (
    ("0x100000", OUTSIDE), ("0xff001", OUTSIDE), ("0x80000000", OUTSIDE), ("0x09040000", OUTSIDE),
    ("0xfffffffffffff000", OUTSIDE), ("0xffffffffffffffff", OUTSIDE),
    ("nonsense", "`nonsense` is not an address"), ("-1", "`-1` is not an address"),
    ("0x1ffffffffffffffff", "is not an address"), ("", "-a needs an address")))
def test_image_at_a_wrong_address(system, unchanged, address, reason):
    life.refused(system, f"jailhouse cell load {DEMO} /tmp/page -a {address}", reason)


def test_too_many_images(system, unchanged):
    life.refused(system, f"jailhouse cell load {DEMO} {'-s x ' * 65}",
                 "more than 64 images in one load")


def test_command_lines_that_make_no_sense(system, unchanged):
    for words in ("", "nonsense", "cell", "cell nonsense", "cell create", "cell load", "enable",
                  f"cell load {DEMO}", f"cell start {DEMO} more", "disable now", "console -x",
                  f"cell stats {DEMO} -i nonsense"):
        life.refused(system, f"jailhouse {words}", "Usage|^jailhouse: ")
    for words in ("--help", "--version", "cell create --help", "enable --help"):
        life.succeeds(system, f"jailhouse {words}")


# --- the life of a cell ---------------------------------------------------------------------------

def test_start_without_load(system, unchanged):
    """Not even after a load that failed."""
    system.run(f"jailhouse cell load {DEMO} /tmp/page -a 0x100000")
    life.refused(system, f"jailhouse cell start {DEMO}",
                 "^JAILHOUSE_CELL_START: No data available\njailhouse: nothing was loaded into "
                 f'cell "{DEMO}" since it was created; load its program first: jailhouse cell load '
                 f"{DEMO} IMAGE")


def test_create_twice(system, unchanged):
    life.refused(system, f"jailhouse cell create {life.DEMO_CONFIG}",
                 "^JAILHOUSE_CELL_CREATE: File exists\njailhouse: there is a cell")


def test_later_images_overwrite_earlier(system):
    life.succeeds(system, f"jailhouse cell load {DEMO} /tmp/page -a 0xff000 -s abc -a 0xff800 "
                          "-s xy -a 0xff801")
    data = system.read_memory(DEMO_RAM + 0xff000, 0x1000)
    assert data[:4] == b"y\ny\n" and data[-4:] == b"y\ny\n"
    assert data[0x800:0x806] == b"axy\0y\n"


def test_life(system):
    begin = len(system.uart1())
    life.load(system, life.GIC_DEMO, "rate=100 report=20")
    assert life.state(system) == "shut down"
    life.start(system)
    system.wait_uart1("Timer fired 40 times", start=begin)
    assert life.state(system) == "running"
    listing = life.succeeds(system, "jailhouse cell list").split("\n")
    assert re.fullmatch(r"ID +Name +State +Assigned CPUs +Failed CPUs *", listing[0])
    assert [line.split() for line in listing[1:3]] == [["0", "qemu-arm64", "running", "0-2"],
                                                       ["1", DEMO, "running", "3"]]
    # By its number, while it runs: it is asked, and starts anew.
    begin = len(system.uart1())
    life.start(system, "1")
    system.wait_uart1(r"Shutdown requested, approving\n(?s:.)*Initializing the GIC...\n"
                      r"(?s:.)*Timer fired 20 times", start=begin)
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    assert life.state(system) == "shut down"
    # What was loaded is still there.
    begin = len(system.uart1())
    life.start(system)
    system.wait_uart1("Timer fired 20 times", start=begin)


def test_statistics(system):
    """The demo waits by WFI, so it enters EL2; for interrupts never."""
    counters = json.loads(system.check(f"jailhouse cell stats {DEMO} --json -i 1"))["counters"]
    assert counters["vmexits_virt_irq"] == counters["vmexits_maintenance"] == {
        "sum": 0, "per_sec": 0, "cpus": {"3": {"sum": 0, "per_sec": 0}}}
    assert 50 < counters["vmexits_total"]["per_sec"] < 150
    for name in ("mmio", "hypercall", "psci", "smccc", "virt_sgi", "management"):
        assert counters[f"vmexits_{name}"]["per_sec"] == 0, name
    table = system.check(f"jailhouse cell stats {DEMO} --once -i 0")
    assert re.search(r"^vmexits_virt_irq +0 ", table, re.M)
    assert re.search(r"^vmexits_maintenance +0 ", table, re.M)
    assert re.search(r"^vmexits_total +[1-9]\d* ", table, re.M)


def test_sysfs(system):
    for path, value in (("name", DEMO), ("cpus_assigned_list", "3"), ("cpus_assigned", "8"),
                        ("cpus_failed_list", ""), ("cpus_failed", "0")):
        assert life.sysfs(system, f"cells/1/{path}") == value
    assert life.sysfs(system, "cells/0/cpus_assigned_list") == "0-2"


def test_console_of_the_cell_arrives(system):
    system.check("jailhouse console -f >/tmp/console 2>&1 & echo $! >/tmp/pid")
    life.load(system, life.GIC_DEMO, "rate=100 report=20 count=60 con-virtual")
    life.start(system)
    system.check("for i in $(seq 100); do grep -q 'Done after' /tmp/console && break; "
                 "usleep 50000; done; kill $(cat /tmp/pid)")
    text = system.check("cat /tmp/console")
    assert re.search(r"Timer fired 20 times(?s:.)*Timer fired 40 times(?s:.)*Done after 60", text)
    assert life.state(system) == "shut down"


def test_uart_demo_echoes(system, board):
    begin = len(system.uart1())
    life.load(system, life.UART_DEMO, facts.of(board).uart_demo())
    life.start(system)
    system.wait_uart1("Hello 1 from cell!", start=begin)
    system.write_uart1(b"Z")
    system.wait_uart1("Received: 'Z'", start=begin)
    assert life.stats(system, 1)["virt_irq"] == 0


# --- cells that do not obey -----------------------------------------------------------------------

def run_test(guest, test, parameters="", cell=DEMO):
    begin = life.forbidden(guest, test, parameters, cell)
    guest.wait_uart1(f"TEST {test}: begin", start=begin)
    return begin


def test_locked_cell_blocks_others(system):
    begin = run_test(system, "locked")
    life.wait_state(system, "running/locked")
    before = life.Partition.look(system)
    life.refused(system, f"jailhouse cell create {OTHER}",
                 "^JAILHOUSE_CELL_CREATE: Operation not permitted\njailhouse: .*"
                 f'cell "{DEMO}" is running and locks the configuration')
    assert life.Partition.look(system) == before
    # It can be asked to end, and here it agrees.
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    system.wait_uart1("TEST locked: shutdown approved", start=begin)
    life.create(system, OTHER)
    run_test(system, "locked")
    life.wait_state(system, "running/locked")
    life.refused(system, "jailhouse cell destroy other",
                 "^JAILHOUSE_CELL_DESTROY: Operation not permitted\njailhouse: .*"
                 f'cell "{DEMO}" is running and locks the configuration')
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    life.destroy(system, "other")


def test_denied_request(system):
    begin = run_test(system, "deny", "times=4")
    for number, command in enumerate(("shutdown", "start", "destroy"), 1):
        life.refused(system, f"jailhouse cell {command} {DEMO}", "Operation not permitted",
                     f'cell "{DEMO}" denied the shutdown request')
        system.wait_uart1(f"request {number} denied", start=begin)
        assert life.state(system) == "running"
    # It stands in the way of disable too, which leaves everything as it is.
    life.refused(system, "jailhouse disable", "Operation not permitted",
                 f'cell "{DEMO}" denied the shutdown request')
    assert life.sysfs(system, "enabled") == "1" and life.state(system) == "running"
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    assert life.state(system) == "shut down"


def test_nonsense_is_no_approval(system):
    run_test(system, "answer-nonsense")
    life.refused(system, f"jailhouse cell shutdown {DEMO}", "denied the shutdown request")
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")


def test_late_answer_is_waited_for(system):
    run_test(system, "answer-late", "ms=1000")
    log = life.HypervisorLog(system)
    log.mark()
    seconds = system.check(f"time -f %e jailhouse cell shutdown {DEMO} 2>&1")
    assert 0.8 < float(seconds.split()[-1]) < 2.5
    assert "did not answer" not in log.said()


def test_cell_that_ignores_the_request_is_stopped(system):
    run_test(system, "ignore")
    log = life.HypervisorLog(system)
    log.mark()
    seconds = system.check(f"time -f %e jailhouse cell shutdown {DEMO} 2>&1")
    assert 1.9 < float(seconds.split()[-1]) < 6
    assert f'Cell "{DEMO}" did not answer within 2000000 us, stopping it' in log.said("stopping it")
    assert life.state(system) == "shut down"


def test_others_hear_of_changes(system):
    """The message RECONFIG_COMPLETED (2). Who does not answer it does not hold anybody up."""
    begin = run_test(system, "ignore")
    life.create(system, OTHER)
    system.wait_uart1("TEST ignore: message 2 ignored", start=begin)
    life.destroy(system, "other")


def test_killed_tool(system):
    """Killed while it waits for a cell: the next command works at once."""
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    life.create(system, "/etc/test/slow.cell")
    life.load(system, life.FORBIDDEN, "test=ignore", cell="slow")
    life.start(system, cell="slow")
    output = system.check(
        "jailhouse cell shutdown slow & p=$!; usleep 300000; "
        "(time -f %e jailhouse cell list) 2>&1; kill -9 $p; wait $p; echo status $?; "
        f"(time -f %e jailhouse cell shutdown {DEMO}) 2>&1")
    assert "status 137" in output
    for seconds in re.findall(r"^(\d+\.\d+)$", output, re.M):
        assert float(seconds) < 1.5
    # What is left of its four seconds, then it is stopped.
    life.destroy(system, "slow")
    assert system.check("nproc").strip() == "3"


def test_endless_resets_end_with_a_shutdown(system):
    begin = run_test(system, "system-reset-always")
    system.wait_uart1("(TEST system-reset-always: begin\n(?s:.)*){4}", start=begin)
    life.succeeds(system, f"jailhouse cell shutdown {DEMO}")
    seen = system.uart1().count("system-reset-always: begin")
    system.check("sleep 0.5")
    assert system.uart1().count("system-reset-always: begin") <= seen + 1
    assert life.state(system) == "shut down"


# --- several cells --------------------------------------------------------------------------------

def test_two_cells_at_once(system):
    counter = life.symbol("fired")
    life.create(system, OTHER)
    assert life.sysfs(system, "cells/2/name") == "other"
    for cell in (DEMO, "other"):
        life.load(system, life.GIC_DEMO, "rate=100 report=1000000", cell=cell)
        life.start(system, cell=cell)
    before = [life.read_u64(system, ram + counter) for ram in (DEMO_RAM, OTHER_RAM)]
    life.every_cpu_works(system, 2)
    system.check("sleep 0.3")
    after = [life.read_u64(system, ram + counter) for ram in (DEMO_RAM, OTHER_RAM)]
    assert after[0] > before[0] and after[1] > before[1]
    # One restarts, the other does not notice.
    life.start(system, DEMO)
    assert life.read_u64(system, OTHER_RAM + counter) >= after[1]
    # The lowest id that is free is the next.
    life.destroy(system)
    life.create(system)
    assert life.sysfs(system, "cells/1/name") == DEMO and life.state(system, 2) == "running"
    life.destroy(system)
    life.destroy(system, "other")
    assert system.check("nproc").strip() == "4"


def test_two_cpus_in_a_cell(system):
    begin = len(system.uart1())
    life.create(system, life.SMP_CONFIG)
    assert system.check("nproc").strip() == "2"
    life.load(system, life.SMP_DEMO, cell="smp-demo")
    life.start(system, cell="smp-demo")
    system.wait_uart1(r"CPU 0x2: PSCI version 0x10001, starting CPU 0x3\n(?s:.)*CPU 0x3 is up, .*\n"
                      r"(?s:.)*SGIs: \d+ sent, \d+ arrived, \d+ answered, 0 wrong", start=begin)
    counters = life.stats(system, 1)
    assert counters["virt_sgi"] > 0 and counters["psci"] > 0
    assert counters["virt_irq"] == counters["maintenance"] == 0
    life.destroy(system, "smp-demo")
    life.every_cpu_works(system)


def test_devices_come_back(system, board):
    """The driver of the inmates' UART lost it to the cell; now it works for Linux again."""
    begin = len(system.uart1())
    system.check(f"echo root has its UART >/dev/{facts.of(board).uart_tty}")
    system.wait_uart1("root has its UART", start=begin)


def test_disable_with_a_running_cell(system):
    life.create(system)
    life.load(system, life.GIC_DEMO, "rate=100")
    life.start(system)
    life.disable(system)
    life.every_cpu_works(system)
    assert life.sysfs(system, "enabled") == "0"
    assert not life.complaints(system)
    life.succeeds(system, "rmmod jailhouse")
