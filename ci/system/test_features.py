# SPDX-License-Identifier: GPL-2.0
"""
Features of the CPU: a program that uses them says the same in an inmate, in the same inmate without a
hypervisor, and in root's Linux before, during and after; and nothing of one owner's vectors is left
for the next.
"""

import os
import re
import subprocess

import pytest

import life
from guest import BUILD, DOWNLOADS, TOP

FEATURES = "/usr/libexec/jailhouse/tests/features.bin"
PROGRAM = "/usr/bin/root-features"
NATIVE_LOAD = 0x48000000


def guest_files(_board):
    return {PROGRAM: life.build_program("root_features", "aarch64-linux-gnu-gcc", "-O2",
                                        "-I", os.path.join(TOP, "inmates", "tests"))}


def lines(text):
    return re.findall(r"FEATURE (.*)", text)


@pytest.fixture(scope="module")
def native(board):
    """What the inmate says on the same machine and CPU without a hypervisor, at EL1."""
    machine = board.machine.replace("virtualization=on", "virtualization=off")
    # With it the CPU would start at EL3.
    machine = machine.replace(",secure=on", "")
    done = subprocess.run(
        [os.path.join(DOWNLOADS, "qemu", "qemu-system-aarch64"), "-M", machine, "-cpu", board.cpu,
         "-smp", "1", "-m", "256M", "-nodefaults", "-display", "none", "-serial", "stdio",
         "-device", f"loader,file={BUILD}/inmates/tests/features.bin,addr={NATIVE_LOAD:#x},"
                    "cpu-num=0,force-raw=on"],
        check=True, timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    found = lines(done.stdout)
    assert found[-1] == "end"
    return found[:-1]


@pytest.fixture(scope="module")
def before(guest):
    """What root says before the hypervisor is there."""
    return lines(guest.check(PROGRAM))


@pytest.fixture(scope="module")
def system(guest, before):
    life.insmod(guest)
    life.enable(guest)
    life.create(guest)
    return guest


def run_inmate(guest):
    begin = len(guest.uart1())
    life.load(guest, FEATURES)
    life.start(guest)
    guest.wait_uart1("FEATURE end", start=begin)
    return lines(guest.uart1()[begin:])[:-1]


def test_inmate_is_as_native(system, native):
    assert run_inmate(system) == native
    assert native[0] == "left over: vector 0, predicate 0, FFR 0 bytes"


def test_nothing_is_left_over(system):
    """By the same inmate, and by Linux, which has the CPU in between."""
    assert run_inmate(system)[0] == "left over: vector 0, predicate 0, FFR 0 bytes"
    life.destroy(system)
    system.check(f"for i in 1 2 3; do taskset 8 {PROGRAM} >/dev/null; done")
    life.create(system)
    assert run_inmate(system)[0] == "left over: vector 0, predicate 0, FFR 0 bytes"


def test_root_is_as_before(system, native, before):
    # An older kernel does not announce all that the CPU has.
    assert all(line == same or line.endswith(": no")
               for line, same in zip(before, native[1:], strict=True))
    assert lines(system.check(PROGRAM)) == before
    life.destroy(system)
    for cpu in range(4):
        assert lines(system.check(f"taskset {1 << cpu:x} {PROGRAM}")) == before


def test_root_identification_is_untouched(guest, system):
    """What Linux found out of its CPUs when they came back from a cell fits what it knew."""
    assert not re.search("SANITY CHECK|Unsupported CPU feature", guest.dmesg())
    life.disable(guest)
    life.every_cpu_works(guest)
    assert not life.complaints(guest)
