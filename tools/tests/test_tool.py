# SPDX-License-Identifier: GPL-2.0
"""
Tests of the `jailhouse` command on the build machine: arguments, output, exit codes, errors. The
driver is a text file (device_fake.c), sysfs is a folder. The binary is built with ASan and UBSan.
"""

import json
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import threading
import time

import pytest

BUILD = pathlib.Path(os.environ.get("B", "build")).resolve()
TOOL = BUILD / "tools/tests/jailhouse-fake"
CONFIGS = BUILD / "configs/qemu-arm64"
ROOT = CONFIGS / "qemu-arm64.cell"
CELL = CONFIGS / "qemu-arm64-inmate-demo.cell"
SMP = CONFIGS / "qemu-arm64-smp-demo.cell"
REPO = pathlib.Path(__file__).resolve().parents[2]

# Offsets in the config format, see include/jailhouse/cell-config.h.
CELL_HEAD = 132
ROOT_CELL = 356

COMMANDS = ["enable", "disable", "console", "cell create", "cell list", "cell load", "cell start",
            "cell shutdown", "cell destroy", "cell stats", "cell linux", "config create",
            "config collect", "config check", "hardware check", "selftest"]

COUNTERS = {"total": 1100, "mmio": 100, "management": 7, "hypercall": 3, "maintenance": 0,
            "virt_irq": 0, "virt_sgi": 990, "psci": 0, "smccc": 0}


class World:
    """A driver, enabled or not, with cells; and the tool that is run in it."""

    def __init__(self, path):
        self.path = path
        self.sysfs = path / "sysfs"
        self.device = path / "device"
        self.log = path / "log"
        self.env = {**os.environ, "JAILHOUSE_SYSFS": str(self.sysfs), "LC_ALL": "C",
                    "JAILHOUSE_DEV": str(self.device), "JAILHOUSE_FAKE_LOG": str(self.log)}

    def load_module(self, enabled=True):
        self.sysfs.mkdir()
        (self.sysfs / "cells").mkdir()
        (self.sysfs / "enabled").write_text(f"{int(enabled)}\n")
        self.device.write_text("a console line\n")
        if enabled:
            self.add_cell(0, "qemu-arm64", cpus="0-2")
        return self

    def add_cell(self, number, name, state="running", cpus="3", failed=""):
        cell = self.sysfs / f"cells/{number}"
        (cell / "statistics/cpu3").mkdir(parents=True)
        for file, text in (("name", name), ("state", state), ("cpus_assigned_list", cpus),
                           ("cpus_failed_list", failed)):
            (cell / file).write_text(text + "\n")
        for name, value in COUNTERS.items():
            (cell / f"statistics/vmexits_{name}").write_text(f"{value}\n")
            (cell / f"statistics/cpu3/vmexits_{name}").write_text(f"{value}\n")
        return cell

    def run(self, *args, **env):
        result = subprocess.run([TOOL, *map(str, args)], env={**self.env, **env}, timeout=20,
                                capture_output=True, text=True, check=False)
        assert "Sanitizer" not in result.stderr and "runtime error" not in result.stderr, \
            result.stderr
        return result

    def requests(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def fails(self, *args, says=(), **env):
        """The command ends with 1, says all of `says`, and nothing is requested."""
        result = self.run(*args, **env)
        assert result.returncode == 1, result
        for text in [says] if isinstance(says, str) else says:
            assert text in result.stderr, result.stderr
        assert result.stdout == ""
        return result


@pytest.fixture
def bare(tmp_path):
    return World(tmp_path)


@pytest.fixture
def disabled(tmp_path):
    return World(tmp_path).load_module(enabled=False)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path).load_module()
    world.add_cell(1, "inmate-demo")
    return world


# --- usage ---------------------------------------------------------------------------------------

def test_bare_call_prints_usage_and_fails(bare):
    result = bare.run()
    assert result.returncode == 1 and result.stderr.startswith("Usage: jailhouse")


def test_version(bare):
    result = bare.run("--version")
    assert result.returncode == 0
    assert re.fullmatch(r"Jailhouse management tool \S+\n", result.stdout)


def test_help_names_all_commands(bare):
    result = bare.run("--help")
    assert result.returncode == 0 and result.stderr == ""
    for command in COMMANDS:
        assert f"   {command}" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_each_command(bare, command, option):
    result = bare.run(*command.split(), option)
    assert result.returncode == 0 and result.stderr == ""
    assert result.stdout.startswith(f"Usage: jailhouse {command}")
    assert len(result.stdout.splitlines()) >= 3


@pytest.mark.parametrize("args", [["cell", "--help"], ["config", "-h"]])
def test_help_of_a_group(bare, args):
    result = bare.run(*args)
    assert result.returncode == 0 and f"   {args[0]} " in result.stdout


@pytest.mark.parametrize("args, says", [
    (["frobnicate"], "there is no command `frobnicate`"),
    (["cell"], "`cell` needs a second word"),
    (["cell", "frobnicate"], "there is no command `cell frobnicate`"),
    (["config", "frobnicate"], "there is no command `config frobnicate`"),
    (["enable"], "which system config?"),
    (["disable", "now"], "unexpected argument `now`"),
    (["console", "--wait"], "unexpected argument `--wait`"),
    (["console", "-f", "x"], "unexpected argument `x`"),
    (["cell", "create"], "which cell config?"),
    (["cell", "list", "x"], "unexpected argument `x`"),
    (["cell", "load"], "which cell?"),
    (["cell", "load", "1"], "which image?"),
    (["cell", "load", "--name"], "--name needs the name of a cell"),
    (["cell", "load", "1", "-s"], "-s needs a string"),
    (["cell", "load", "1", "-s", "x", "-a"], "-a needs an address"),
    (["cell", "load", "1", "-s", "x", "-a", "high"], "`high` is not an address"),
    (["cell", "load", "1", "-s", "x", "-a", "-4"], "`-4` is not an address"),
    (["cell", "load", "1", "-s", "x", "-a", "0x10000000000000000"], "is not an address"),
    (["cell", "load", "1", "-s", "x", "-a", ""], "is not an address"),
    (["cell", "load", "1", "-a", "0"], "expected an image"),
    (["cell", "start"], "which cell?"),
    (["cell", "start", "1", "2"], "unexpected argument `2`"),
    (["cell", "start", "--frob"], "`--frob` is no option"),
    (["cell", "start", ""], "the name of the cell is empty"),
    (["cell", "start", "99999999999"], "not a cell id"),
    (["cell", "start", "2147483648"], "not a cell id"),
    (["cell", "shutdown"], "which cell?"),
    (["cell", "destroy"], "which cell?"),
    (["cell", "destroy", "--name"], "--name needs the name"),
    (["cell", "stats"], "which cell?"),
    (["cell", "stats", "1", "2"], "unexpected argument `2`"),
    (["cell", "stats", "1", "-i"], "-i needs a number of seconds"),
    (["cell", "stats", "1", "-i", "soon"], "not a number of seconds"),
    (["cell", "stats", "1", "-i", "nan"], "not a number of seconds"),
    (["cell", "stats", "1", "-i", "-1"], "not a number of seconds"),
    (["config", "check"], "which system config?"),
    (["config", "check", "--all"], "`--all` is no option"),
])
def test_wrong_arguments(world, args, says):
    world.fails(*args, says=["jailhouse: ", says])
    assert world.requests() == []


def test_name_too_long(world):
    world.fails("cell", "start", "x" * 32, says=["has 32 characters", "31 is the most"])
    assert world.requests() == []
    assert world.run("cell", "start", "x" * 31).returncode == 0


def test_too_many_images(world):
    one = ["-s", "x", "-a", "0"]
    assert world.run("cell", "load", "1", *(one * 64)).returncode == 0
    world.fails("cell", "load", "1", *(one * 65), says="more than 64 images")
    assert len(world.requests()) == 1


# --- without the driver, without enable ----------------------------------------------------------

NEED_DEVICE = [["enable", ROOT], ["disable"], ["console"], ["cell", "create", CELL],
               ["cell", "load", "1", "-s", "x"], ["cell", "start", "1"], ["cell", "shutdown", "1"],
               ["cell", "destroy", "1"], ["cell", "stats", "1"]]


@pytest.mark.parametrize("args", NEED_DEVICE, ids=str)
def test_without_the_module(bare, args):
    bare.fails(*args, says=["the driver is not loaded", "modprobe jailhouse"])


@pytest.mark.parametrize("args", [a for a in NEED_DEVICE if a[0] not in ("enable", "console")],
                         ids=str)
def test_without_enable(disabled, args):
    disabled.fails(*args, says=["the hypervisor is not enabled", "jailhouse enable SYSCONFIG"])
    assert disabled.requests() == []


def test_list_without_module_is_empty_and_no_error(bare):
    result = bare.run("cell", "list")
    assert (result.returncode, result.stdout) == (0, "")
    assert "the driver is not loaded" in result.stderr


def test_list_without_enable_is_empty_and_no_error(disabled):
    result = disabled.run("cell", "list")
    assert (result.returncode, result.stdout) == (0, "")
    assert "not enabled" in result.stderr


@pytest.mark.parametrize("error, says", [(13, "Run the command as root"), (16, "resource busy")])
def test_device_cannot_be_opened(world, error, says):
    world.fails("disable", says=[str(world.device), says], JAILHOUSE_FAKE_OPEN=str(error))


# --- requests ------------------------------------------------------------------------------------

def test_enable(disabled):
    assert disabled.run("enable", ROOT).returncode == 0
    assert disabled.requests() == ["enable JHSYS"]


def test_disable(world):
    assert world.run("disable").returncode == 0
    assert world.requests() == ["disable"]


def test_create(world):
    assert world.run("cell", "create", CELL).returncode == 0
    assert world.requests() == [f"create JHCLL size={CELL.stat().st_size} cpus=8"]


@pytest.mark.parametrize("command", ["start", "destroy"])
@pytest.mark.parametrize("cell, logged", [
    (["1"], "id=1 name="), (["0"], "id=0 name="), (["inmate-demo"], "id=-1 name=inmate-demo"),
    (["--name", "1"], "id=-1 name=1"), (["--name", "--name"], "id=-1 name=--name"),
    (["1st"], "id=-1 name=1st"), (["007"], "id=7 name="),
])
def test_naming_a_cell(world, command, cell, logged):
    assert world.run("cell", command, *cell).returncode == 0
    assert world.requests() == [f"{command} {logged}"]


def test_shutdown_is_a_load_of_nothing(world):
    assert world.run("cell", "shutdown", "inmate-demo").returncode == 0
    assert world.requests() == ["load id=-1 name=inmate-demo images=0"]


def test_load(world, tmp_path):
    image = tmp_path / "image"
    image.write_bytes(b"\x01\x02\x03")
    assert world.run("cell", "load", "inmate-demo", image, "-s", "ab", "-a", "0x1000", image,
                     "--address", "4096", "--string", "", "-a", "010").returncode == 0
    assert world.requests() == [
        "load id=-1 name=inmate-demo images=4 [0x0+0x3=010203] [0x1000+0x3=616200] "
        "[0x1000+0x3=010203] [0x8+0x1=00]"]


# --- files ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("args, what", [
    (["enable"], "system config"), (["cell", "create"], "cell config"),
    (["cell", "load", "1"], "image"), (["config", "check"], "system config"),
])
def test_bad_files(world, tmp_path, args, what):
    empty = tmp_path / "empty"
    empty.touch()
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, says in ((tmp_path / "none", "No such file or directory"),
                       (tmp_path, "is a directory"), (empty, "is empty"),
                       (fifo, "is not a regular file")):
        world.fails(*args, path, says=[f"the {what} {path}", says])
    assert world.requests() == []


def patched(tmp_path, source, *patches, cut=None, extra=b""):
    """A copy of a config with bytes replaced: (offset, format, value)."""
    data = bytearray(source.read_bytes())
    for offset, form, value in patches:
        struct.pack_into("<" + form, data, offset, value)
    path = tmp_path / "patched.cell"
    path.write_bytes(bytes(data[:cut]) + extra)
    return path


# The first memory region follows the CPU set of 8 bytes.
REGION = CELL_HEAD + 8

BAD_CELLS = {
    "TRUNCATED": dict(cut=100),
    "SIGNATURE": dict(patches=[(0, "B", ord("X"))]),
    "REVISION": dict(patches=[(6, "H", 13)]),
    "ARCHITECTURE": dict(patches=[(5, "B", 1)]),
    "NAME_UNTERMINATED": dict(patches=[(8, "32s", b"x" * 32)]),
    "NAME_EMPTY": dict(patches=[(8, "B", 0)]),
    "NAME_CHARACTERS": dict(patches=[(8, "B", ord("/"))]),
    "CPU_SET_SIZE": dict(patches=[(48, "I", 7)]),
    "CPU_SET_EMPTY": dict(patches=[(CELL_HEAD, "Q", 0)]),
    "MEM_COUNT": dict(patches=[(52, "I", 0xffffffff)]),
    "SIZE_MISMATCH": dict(extra=b"x"),
    "MEM_WRAP": dict(patches=[(REGION + 8, "Q", 0xfffffffffffff000)]),
    "MEM_FLAGS": dict(patches=[(REGION + 24, "Q", 1 << 40)]),
    "MEM_OVERLAP": dict(patches=[(REGION + 32 + 8, "Q", 0)]),
    "IRQCHIP_PINS": dict(patches=[(REGION + 3 * 32 + 12, "I", 33)]),
    "RESET_ADDRESS": dict(patches=[(84, "Q", 0x40000000)]),
    "CELL_FLAGS": dict(patches=[(44, "I", 0x20000010)]),
    "EXT_HEADER": dict(patches=[(REGION + 3 * 32 + 32, "Q", 0)]),
}


@pytest.mark.parametrize("rule", BAD_CELLS)
def test_wrong_cell_configs(world, tmp_path, rule):
    how = dict(BAD_CELLS[rule])
    path = patched(tmp_path, CELL, *how.pop("patches", []), **how)
    world.fails("cell", "create", path, says=[str(path), f"[{rule}]"])
    assert world.run("config", "check", ROOT, path).returncode == 1
    assert world.requests() == []


@pytest.mark.parametrize("patch, rule", [
    ((6, "H", 12), "REVISION"), ((8, "I", 0x80), "SYSTEM_FLAGS"),
    ((12, "Q", 0x7fc01000), "HV_MEMORY_ALIGN"), ((28, "Q", 0x1000), "HV_MEMORY_SIZE"),
    ((12, "Q", 0x7fa00000), "HV_MEMORY_OVERLAP"), ((313, "B", 4), "GIC_VERSION"),
    ((312, "B", 27), "MAINTENANCE_IRQ"), ((44, "Q", 0x123), "CONSOLE"),
    ((ROOT_CELL + 40, "I", 1), "ROOT_ID"),
    ((ROOT_CELL + REGION, "Q", 0x1000), "ROOT_IDENTITY"),
])
def test_wrong_system_configs(disabled, tmp_path, patch, rule):
    path = patched(tmp_path, ROOT, patch)
    disabled.fails("enable", path, says=[str(path), f"[{rule}]"])
    assert disabled.requests() == []


def test_region_is_shown(world, tmp_path):
    path = patched(tmp_path, CELL, (REGION + 32 + 8, "Q", 0))
    world.fails("cell", "create", path,
                says=["memory region 0: phys_start 0x7fa00000", "memory region 1: "])


def test_mixed_up_configs(world):
    world.fails("enable", CELL, says="it is a cell config")
    world.fails("cell", "create", ROOT, says="it is a system config")


def test_check_can_be_left_to_the_driver(world, tmp_path):
    path = patched(tmp_path, CELL, (6, "H", 13))
    assert world.run("cell", "create", path, JAILHOUSE_SKIP_CHECK="1").returncode == 0
    assert len(world.requests()) == 1


# --- errors of the driver ------------------------------------------------------------------------

def test_reason_is_printed_below_the_error(world):
    result = world.fails("cell", "create", CELL, JAILHOUSE_FAKE_ERROR="16",
                         JAILHOUSE_FAKE_REASON="CPU 3 belongs to cell x; destroy it first")
    assert result.stderr == ("JAILHOUSE_CELL_CREATE: Device or resource busy\n"
                             "jailhouse: CPU 3 belongs to cell x; destroy it first\n")


@pytest.mark.parametrize("error", [1, 2, 4, 11, 12, 16, 17, 22, 25, 38, 61])
@pytest.mark.parametrize("args, name", [
    (["enable", ROOT], "ENABLE"), (["disable"], "DISABLE"), (["cell", "create", CELL], "CELL_CREATE"),
    (["cell", "load", "1", "-s", "x"], "CELL_LOAD"), (["cell", "shutdown", "1"], "CELL_LOAD"),
    (["cell", "start", "1"], "CELL_START"), (["cell", "destroy", "1"], "CELL_DESTROY"),
], ids=str)
def test_errno_is_never_the_whole_message(world, args, name, error):
    result = world.fails(*args, JAILHOUSE_FAKE_ERROR=str(error))
    lines = result.stderr.splitlines()
    assert lines[0] == f"JAILHOUSE_{name}: {os.strerror(error)}"
    assert lines[1].startswith("jailhouse: ") and len(lines[1]) > 30


def test_reason_of_another_error_is_not_printed(world):
    result = world.run("disable", JAILHOUSE_FAKE_ERROR="22", JAILHOUSE_FAKE_REASON="")
    assert result.returncode == 1 and "config check" in result.stderr


def test_note_after_success(disabled):
    result = disabled.run("enable", ROOT, JAILHOUSE_FAKE_REASON="CPU 1 stays with Linux")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "jailhouse: note: CPU 1 stays with Linux\n"


# --- console -------------------------------------------------------------------------------------

def test_console(world):
    for args in ([], ["-f"], ["--follow"]):
        result = world.run("console", *args)
        assert (result.returncode, result.stdout) == (0, "a console line\n")


# --- cell list -----------------------------------------------------------------------------------

def test_list(world):
    world.add_cell(2, "second", "failed", "1-2,4", "4")
    world.add_cell(10, "tenth", "shut down")
    lines = world.run("cell", "list").stdout.splitlines()
    widths = [8, 24, 18, 24, 24]

    def columns(line):
        assert len(line) == sum(widths)
        fields, at = [], 0
        for width in widths:
            fields.append(line[at:at + width].rstrip())
            at += width
        return fields

    assert columns(lines[0]) == ["ID", "Name", "State", "Assigned CPUs", "Failed CPUs"]
    assert [columns(line) for line in lines[1:]] == [
        ["0", "qemu-arm64", "running", "0-2", ""], ["1", "inmate-demo", "running", "3", ""],
        ["10", "tenth", "shut down", "3", ""], ["2", "second", "failed", "1-2,4", "4"]]


def test_list_has_no_header_without_cells(disabled):
    (disabled.sysfs / "enabled").write_text("1\n")
    result = disabled.run("cell", "list")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


# --- cell stats ----------------------------------------------------------------------------------

@pytest.mark.parametrize("cell", [["1"], ["inmate-demo"], ["--name", "inmate-demo"]])
@pytest.mark.parametrize("args", [["--once", "-i", "0"], ["-i", "0.1"]])
def test_stats_once(world, cell, args):
    result = world.run("cell", "stats", *cell, *args)
    lines = result.stdout.splitlines()
    assert result.returncode == 0
    assert lines[0] == 'Statistics of cell 1 "inmate-demo"'
    assert lines[1].split() == ["COUNTER", "SUM", "PER", "SEC"]
    rows = [line.split() for line in lines[2:]]
    assert {row[0]: int(row[1]) for row in rows} == \
        {f"vmexits_{name}": value for name, value in COUNTERS.items()}
    assert [row[0] for row in rows[:3]] == ["vmexits_total", "vmexits_virt_sgi", "vmexits_mmio"]


def test_stats_json(world):
    result = world.run("cell", "stats", "--json", "inmate-demo", "--interval", "0")
    stats = json.loads(result.stdout)
    assert stats["cell"] == {"id": 1, "name": "inmate-demo"}
    assert stats["counters"]["vmexits_virt_sgi"]["sum"] == 990
    assert stats["counters"]["vmexits_mmio"]["cpus"]["3"]["sum"] == 100


def test_stats_rate(world):
    process = subprocess.Popen([TOOL, "cell", "stats", "1", "--json", "-i", "1"], env=world.env,
                               stdout=subprocess.PIPE, text=True)
    time.sleep(0.4)
    (world.sysfs / "cells/1/statistics/vmexits_total").write_text("2100\n")
    stats = json.loads(process.communicate(timeout=10)[0])
    assert 700 < stats["counters"]["vmexits_total"]["per_sec"] <= 1000


@pytest.mark.parametrize("cell, says", [("7", "no cell with id 7"), ("x", "no cell named `x`")])
def test_stats_of_unknown_cell(world, cell, says):
    world.fails("cell", "stats", cell, "--once", says=[says, "jailhouse cell list"])


def read_screen(fd, until, limit=5):
    text, end = "", time.monotonic() + limit
    while until not in text and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                text += os.read(fd, 65536).decode()
            except OSError:
                break
    return text


def test_stats_on_a_terminal(world):
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(TOOL, [str(TOOL), "cell", "stats", "1", "-i", "0.2"], world.env)
    assert "(all CPUs)" in read_screen(fd, "(all CPUs)")
    os.write(fd, b"c")
    assert "(CPU 3)" in read_screen(fd, "(CPU 3)")
    os.write(fd, b"a")
    assert "(all CPUs)" in read_screen(fd, "(all CPUs)")
    os.write(fd, b"q")
    assert "\x1b[?1049l" in read_screen(fd, "\x1b[?1049l")
    assert os.waitpid(pid, 0)[1] == 0


def test_stats_ends_with_its_cell(world):
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(TOOL, [str(TOOL), "cell", "stats", "1", "-i", "0.2"], world.env)
    read_screen(fd, "(all CPUs)")
    (world.sysfs / "cells/1").rename(world.path / "gone")
    assert "it was destroyed" in read_screen(fd, "it was destroyed")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


# --- config check --------------------------------------------------------------------------------

def test_check_good_set(bare):
    result = bare.run("config", "check", ROOT, CELL, SMP)
    assert result.returncode == 0 and result.stderr == ""
    assert f"Root cell:     qemu-arm64 ({ROOT})" in result.stdout
    assert f"Non-root cell: inmate-demo ({CELL})" in result.stdout
    assert result.stdout.count(": None") == 7
    assert "both want CPU 3" in result.stdout


@pytest.mark.parametrize("patches, says", [
    ([(REGION, "Q", 0x7fc00000)], "with the hypervisor:\n  region 0"),
    ([(REGION + 32, "Q", 0x08000000)], "and GICD at 0x8000000"),
    ([(REGION + 32, "Q", 0x08100000)], "and GICR at 0x80a0000"),
    ([(REGION + 32, "Q", 0x7fa00000)], "inside a cell:\n  region 0"),
    ([(CELL_HEAD, "Q", 1 << 4)], "CPU 4 of cell"),
    ([(8, "32s", b"qemu-arm64")], "Cells with the same name:\n"),
])
def test_check_finds(bare, tmp_path, patches, says):
    path = patched(tmp_path, CELL, *patches)
    result = bare.run("config", "check", ROOT, path)
    assert result.returncode == 1 and says in result.stdout
    assert result.stdout.count(": None") == 6


def test_check_notes_missing_execute(bare, tmp_path):
    path = patched(tmp_path, CELL, (REGION + 24, "Q", 0x43))
    result = bare.run("config", "check", ROOT, path)
    assert result.returncode == 0 and "lacks JAILHOUSE_MEM_EXECUTE" in result.stdout


def test_check_reports_every_file(bare, tmp_path):
    result = bare.fails("config", "check", tmp_path / "a", tmp_path / "b", says=["/a", "/b"])
    assert len(result.stderr.splitlines()) == 2


# --- programs of their own -----------------------------------------------------------------------

@pytest.mark.parametrize("args", [["cell", "linux"], ["config", "create"], ["config", "collect"],
                                  ["hardware", "check"]])
def test_missing_program(bare, args):
    bare.fails(*args, "x", says=[f"jailhouse-{'-'.join(args)}", "is not installed"])


def test_installed_program(bare, tmp_path):
    program = tmp_path / "jailhouse-hardware-check"
    program.write_text("#!/bin/sh\necho \"$#: $1 $2\"\nexit 2\n")
    program.chmod(0o755)
    result = bare.run("hardware", "check", "a b", "c", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert (result.returncode, result.stdout) == (2, "2: a b c\n")


# --- what comes with it --------------------------------------------------------------------------

def test_man_page_names_all_commands_and_is_well_formed():
    page = REPO / "tools/jailhouse.8"
    text = page.read_text().replace("\\-", "-")
    for command in COMMANDS:
        assert command in text
    result = subprocess.run(["man", "--warnings", "-l", str(page)], capture_output=True, text=True,
                            env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}, check=False)
    assert result.returncode == 0 and result.stderr == ""


def complete(world, *words):
    """What bash offers for the last of `words`."""
    script = """
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _jailhouse jailhouse "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    result = subprocess.run(["bash", "-c", script, "bash", str(REPO / "tools/jailhouse-completion.bash"),
                             *words], env=world.env, capture_output=True, text=True, check=False,
                            cwd=world.path)
    assert result.stderr == ""
    return sorted(word.strip() for word in result.stdout.split("\n") if word.strip())


@pytest.mark.parametrize("words, offers", [
    (["jailhouse", ""], ["--help", "--version", "cell", "config", "console", "disable", "enable",
                         "hardware", "selftest"]),
    (["jailhouse", "c"], ["cell", "config", "console"]),
    (["jailhouse", "cell", ""], ["create", "destroy", "linux", "list", "load", "shutdown", "start",
                                 "stats"]),
    (["jailhouse", "cell", "st"], ["start", "stats"]),
    (["jailhouse", "config", ""], ["check", "collect", "create"]),
    (["jailhouse", "hardware", ""], ["check"]),
    (["jailhouse", "console", "-"], ["--follow", "-f"]),
    (["jailhouse", "cell", "start", ""], ["--name", "1", "inmate-demo"]),
    (["jailhouse", "cell", "destroy", "--name", ""], ["inmate-demo"]),
    (["jailhouse", "cell", "stats", ""], ["--name", "0", "1", "inmate-demo", "qemu-arm64"]),
    (["jailhouse", "cell", "stats", "1", "-"], ["--interval", "--json", "--once", "-i"]),
    (["jailhouse", "enable", ""], ["a.cell", "dir/"]),
    (["jailhouse", "cell", "create", "a"], ["a.cell"]),
    (["jailhouse", "config", "check", "a.cell", ""], ["a.cell", "dir/"]),
    (["jailhouse", "cell", "load", "1", "-"], ["--string", "-s"]),
    (["jailhouse", "cell", "load", "1", "b.bin", "-"], ["--address", "--string", "-a", "-s"]),
    (["jailhouse", "cell", "load", "1", "b"], ["b.bin"]),
])
def test_completion(world, words, offers):
    for name in ("a.cell", "b.bin"):
        (world.path / name).touch()
    (world.path / "dir").mkdir()
    assert [word for word in complete(world, *words) if word != "sysfs/"] == sorted(offers)


# --- selftest -------------------------------------------------------------------------------------

ATTACK = ("JB begin seed=5\n", "JB 1 memory hole EL1 ldrb=3a\n", "JB 2 call firmware EL0 smc=9u\n")
WITNESS = "JB witness beats=9 timer=8 foreign=0 memory=intact\n"


def attack_end(rows=2, holes=0, unclear=0):
    return f"JB end rows={rows} probes=12 holes={holes} unclear={unclear}\n"


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "jailbreak.bin"
    path.write_bytes(b"attacker")
    return path


def selftest(world, image, attack, witness=WITNESS, config=SMP, timeout=20, root=ROOT):
    """The tool with cells that write what is given to the console."""
    witnessed = config != CELL
    if witnessed and not (world.sysfs / "cells/2").exists():
        world.add_cell(2, "selftest-witness")
    process = subprocess.Popen(
        [TOOL, "selftest", "--seed", "5", "--timeout", str(timeout), "--image", image, root, config],
        env=world.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def say_after(request, text):
        for _ in range(1000):
            if process.poll() is not None or any(request in line for line in world.requests()):
                break
            time.sleep(0.01)
        with open(world.device, "a", encoding="ascii") as console:
            console.write(text)

    if witnessed:
        say_after("start", "JB witness begin\n")
    say_after("start id=-1 name=selftest-attacker", "".join(attack))
    if witnessed:
        say_after("load id=-1 name=selftest-witness images=0", witness)
    out, err = process.communicate(timeout=30)
    assert "Sanitizer" not in err and "runtime error" not in err, err
    return process.returncode, out, err


def test_selftest_makes_attacks_and_destroys(world, image):
    status, out, err = selftest(world, image, [*ATTACK, attack_end()])
    assert (status, err) == (0, "")
    assert "12 attempts in 2 rows with seed 5: 0 holes, 0 unclear" in out
    assert "memory hole EL1 ldrb=3a\n" in out and "call firmware EL0 smc=9u\n" in out
    assert "witness: 9 rounds, 8 timer interrupts, 0 foreign interrupts, memory intact" in out
    assert [re.sub(r" images=2.*| size=\d+", "", line) for line in world.requests()] == [
        "create JHCLL cpus=8", "load id=-1 name=selftest-witness", "start id=-1 name=selftest-witness",
        "create JHCLL cpus=4", "load id=-1 name=selftest-attacker", "start id=-1 name=selftest-attacker",
        "destroy id=-1 name=selftest-attacker", "load id=-1 name=selftest-witness images=0",
        "destroy id=-1 name=selftest-witness"]


@pytest.mark.parametrize("cpus, witness, attackers", (
    (0b1110, 0b1000, 0b0110), (0b101010, 0b100000, 0b001010),
    # There is room for nine.
    (0xfff0, 0x8000, 0x1ff0)))
def test_selftest_divides_the_cpus(world, image, tmp_path, cpus, witness, attackers):
    data = bytearray(SMP.read_bytes())
    struct.pack_into("<Q", data, CELL_HEAD, cpus)
    config = tmp_path / "more.cell"
    config.write_bytes(data)
    status, _, err = selftest(world, image, [*ATTACK, attack_end()], config=config)
    assert (status, err) == (0, "")
    assert re.findall(r"cpus=(\w+)", "\n".join(world.requests())) == [f"{witness:x}", f"{attackers:x}"]


def selftest_parameters(world):
    """What the attacker is told, word by word."""
    load = next(line for line in world.requests() if line.startswith("load id=-1 name=selftest-attacker"))
    return bytes.fromhex(re.findall(r"=([0-9a-f]+)\]", load)[-1]).rstrip(b"\0").decode().split()


def test_selftest_makes_a_channel(world, image):
    """The last four pages of the attacker's half; it may read the states and the peer's section."""
    status, out, _ = selftest(world, image, [*ATTACK, attack_end()])
    assert status == 0 and "ivshmem not tried" not in out
    words = selftest_parameters(world)
    half = 0x80000
    assert "channel" in words
    assert f"t2=channel-states:r:{half - 0x4000:x}:1000" in words
    assert f"t3=channel-peer:r:{half - 0x1000:x}:1000" in words
    assert [word.split("=")[1] for word in words if word[0] == "o"][4:] == [
        f"{half - 0x4000 + 0x1000 * page:x}:1000" for page in range(4)]


def test_selftest_without_a_virtual_bus(world, image, tmp_path):
    # pci_mmconfig_base, see include/jailhouse/cell-config.h.
    data = bytearray(ROOT.read_bytes())
    struct.pack_into("<Q", data, 76, 0)
    config = tmp_path / "root.cell"
    config.write_bytes(data)
    status, out, _ = selftest(world, image, [*ATTACK, attack_end()], root=config)
    assert status == 0 and "ivshmem not tried: the system config has no virtual PCI bus" in out
    assert "channel" not in "".join(selftest_parameters(world))


def test_selftest_with_one_cpu_has_no_witness(world, image):
    status, out, _ = selftest(world, image, [*ATTACK, attack_end()], config=CELL)
    assert status == 0 and "no witness" in out
    assert len(world.requests()) == 4


def test_selftest_takes_rows_that_are_said_again(world, image):
    """The console has room for little, so a row may be lost, or stand behind another text."""
    status, out, _ = selftest(world, image, [
        ATTACK[0], "<missed 99 bytes of console log>\n", ATTACK[2], attack_end(),
        "FATAL: x " + ATTACK[1]])
    assert status == 0 and "memory hole" in out


@pytest.mark.parametrize("lost", range(3))
def test_selftest_needs_no_line_twice(world, image, lost):
    """Whatever was overwritten before it could be read: it is complete when it was said once."""
    first = [line for number, line in enumerate(ATTACK) if number != lost]
    status, out, _ = selftest(world, image, [*first, attack_end(), *ATTACK[1:], attack_end()])
    assert status == 0 and "12 attempts in 2 rows" in out


@pytest.mark.parametrize("more, hole", ((6, False), (7, True)))
def test_selftest_counts_no_call_of_the_witness_as_an_entry(world, image, more, hole):
    """It writes to the console; but what others make it enter is counted."""
    statistics = world.add_cell(2, "selftest-witness") / "statistics"

    def change():
        while not any("destroy" in line for line in world.requests()):
            time.sleep(0.001)
        (statistics / "vmexits_hypercall").write_text(f"{COUNTERS['hypercall'] + 6}\n")
        (statistics / "vmexits_total").write_text(f"{COUNTERS['total'] + more}\n")

    thread = threading.Thread(target=change)
    thread.start()
    status, out, _ = selftest(world, image, [*ATTACK, attack_end()])
    thread.join()
    assert (status, "HOLE: the witness was made to enter" in out) == (int(hole), hole)
    assert f" {more - 6} entries into the hypervisor" in out


def test_selftest_does_not_take_a_row_without_its_end(world, image):
    status, out, _ = selftest(world, image, [
        ATTACK[0], "JB 1 memory ho<missed 99 bytes of console log>\n", ATTACK[2], attack_end(), *ATTACK[1:]])
    assert status == 0 and "memory hole EL1 ldrb=3a\n" in out and "missed" not in out


def test_selftest_does_not_take_the_report_of_an_earlier_one(world, image):
    world.device.write_text("".join([*ATTACK, attack_end(), WITNESS]))
    status, out, err = selftest(world, image, ATTACK[:2], timeout=1)
    assert status == 1 and "the attacker says nothing for 1 s" in err and "call firmware" not in out


@pytest.mark.parametrize("attack, witness, says", (
    ((*ATTACK, attack_end(holes=1)), WITNESS, "1 holes"),
    ((*ATTACK, attack_end(unclear=2)), WITNESS, "2 unclear"),
    ((*ATTACK, attack_end()), WITNESS.replace("beats=9", "beats=0"), "HOLE: the witness stood still"),
    ((*ATTACK, attack_end()), WITNESS.replace("foreign=0", "foreign=1"), "interrupts of others"),
    ((*ATTACK, attack_end()), WITNESS.replace("intact", "CHANGED"), "memory of the witness")))
def test_selftest_fails_with_a_hole(world, image, attack, witness, says):
    status, out, _ = selftest(world, image, attack, witness)
    assert status == 1 and says in out


@pytest.mark.parametrize("attack", (ATTACK, (*ATTACK, attack_end(rows=3))))
def test_selftest_that_does_not_end_fails_and_destroys(world, image, attack):
    status, _, err = selftest(world, image, attack, timeout=1)
    assert status == 1 and "says nothing for 1 s" in err and "seed 5 repeats it" in err
    assert [line for line in world.requests() if "destroy" in line] == [
        "destroy id=-1 name=selftest-attacker", "destroy id=-1 name=selftest-witness"]


@pytest.mark.parametrize("arguments, says", (
    ((), "which system config"), ((ROOT,), "which cell config"), ((ROOT, SMP, "x"), "x"),
    (("--seed", "x", ROOT, SMP), "`x` is no number"), (("--probes", "99999", ROOT, SMP), "10000"),
    (("--timeout",), "needs a number"), (("--wrong", ROOT, SMP), "`--wrong` is no option"),
    ((SMP, SMP), "root cell is what is needed"), (("--image", "/nowhere", ROOT, SMP), "/nowhere")))
def test_selftest_bad_arguments(world, arguments, says):
    world.fails("selftest", *arguments, says=[says])
    assert world.requests() == []


def test_selftest_needs_ram_for_its_program(world, image, tmp_path):
    data = bytearray(CELL.read_bytes())
    # cpu_reset_address, see include/jailhouse/cell-config.h.
    struct.pack_into("<Q", data, CELL_HEAD - 48, 0x1000)
    config = tmp_path / "other.cell"
    config.write_bytes(data)
    world.fails("selftest", "--image", image, ROOT, config, says=["0x1000", "loadable region"])


def test_selftest_without_hypervisor(bare, image):
    world = bare.load_module(enabled=False)
    world.fails("selftest", "--image", image, ROOT, SMP, says=["not enabled"])


def test_selftest_without_the_witness_statistics_fails(world, image):
    (world.add_cell(2, "selftest-witness") / "statistics/vmexits_total").unlink()
    world.device.write_text("")
    process = subprocess.Popen([TOOL, "selftest", "--image", image, ROOT, SMP], env=world.env, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(1000):
        if any("start" in line for line in world.requests()):
            break
        time.sleep(0.01)
    with open(world.device, "a", encoding="ascii") as console:
        console.write("JB witness begin\n")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "statistics of cell 2 cannot be read" in err
