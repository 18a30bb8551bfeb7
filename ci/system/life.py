# SPDX-License-Identifier: GPL-2.0
"""What the system tests do again and again: enable, create, load, look at the state, compare."""

import contextlib
import dataclasses
import fcntl
import gzip
import os
import re
import shutil
import subprocess
import time

import mkinitramfs
from guest import BUILD, DOWNLOADS, TOP

ROOT_CONFIG = "/etc/jailhouse/board/root.cell"
DEMO_CONFIG = "/etc/jailhouse/board/inmate-demo.cell"
SMP_CONFIG = "/etc/jailhouse/board/smp-demo.cell"
DEMO = "inmate-demo"
GIC_DEMO = "/usr/libexec/jailhouse/demos/gic-demo.bin"
UART_DEMO = "/usr/libexec/jailhouse/demos/uart-demo.bin"
SMP_DEMO = "/usr/libexec/jailhouse/demos/smp-demo.bin"
FORBIDDEN = "/usr/libexec/jailhouse/tests/forbidden.bin"
SYSFS = "/sys/devices/jailhouse"

# What no healthy kernel writes.
COMPLAINT = re.compile(r"\b(BUG|Oops|WARNING|Call trace|Internal error|Unhandled|soft lockup|"
                       r"hung_task|blocked for more than|rcu.*stall|Kernel panic|nobody cared)\b")


def initrd_with(board, name, files):
    """An initramfs with further files, {path in the guest: bytes}; returns its path."""
    archive = mkinitramfs.Archive()
    for path, data in files.items():
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            archive.directory("/".join(parts[:depth]))
        archive.add(path.strip("/"), 0o100755, data)
    folder = os.path.join(BUILD, "tmp", "initrd")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{name}-{board.board}-{os.getpid()}.gz")
    with open(os.path.join(BUILD, "initramfs", f"{board.kernel}.cpio.gz"), "rb") as f:
        base = f.read()
    with open(path, "wb") as f:
        f.write(base + gzip.compress(archive.finish(), compresslevel=1))
    return path


# Linux 6.12 says this of CPUs that go offline without a hypervisor, too, on a busy machine with many
# CPUs: its deadline server still counts as a task.
KNOWN = re.compile(r"\[ cut here \]-+\n(?:(?!end trace).)* sched_cpu_dying\+.*?end trace [^\n]*\n",
                   re.S)


def complaints(guest):
    """Lines of the kernel's log that should not be there."""
    text = KNOWN.sub("", guest.dmesg())
    return [line for line in text.split("\n") if COMPLAINT.search(line)]


def refused(guest, command, *patterns, timeout=30):
    """The command fails with status 1, and its output matches every pattern. Returns the output."""
    status, output = guest.run(command, timeout)
    assert status == 1, f"`{command}` ended with {status}, not with 1:\n{output}"
    for pattern in patterns:
        assert re.search(pattern, output), f"`{command}` does not say {pattern!r}:\n{output}"
    return output


def succeeds(guest, command, timeout=30):
    status, output = guest.run(command, timeout)
    assert status == 0, f"`{command}` ended with {status}:\n{output}"
    return output


def sysfs(guest, path):
    return guest.check(f"cat {SYSFS}/{path}").strip()


def state(guest, cell=1):
    return sysfs(guest, f"cells/{cell}/state")


def wait_state(guest, wanted, cell=1, seconds=5):
    """Waits in the guest until the cell has a state (a basic regular expression)."""
    status, output = guest.run(
        f"for i in $(seq {seconds * 50}); do s=$(cat {SYSFS}/cells/{cell}/state); "
        f"echo \"$s\" | grep -qx '{wanted}' && exit 0; usleep 20000; done; echo \"$s\"; exit 1",
        timeout=seconds + 20)
    assert status == 0, f"the state of cell {cell} is not {wanted!r} after {seconds} s: {output}"


def stats(guest, cell):
    """{counter: sum} of a cell's statistics."""
    text = guest.check(f"cd {SYSFS}/cells/{cell}/statistics; grep . vmexits_*")
    return {name: int(value) for name, value in re.findall(r"vmexits_(\w+):(\d+)", text)}


def symbol(name, program="demos/gic-demo"):
    """The address of a variable of an inmate."""
    out = subprocess.run(["aarch64-linux-gnu-nm", os.path.join(BUILD, "inmates", program + ".elf")],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(rf"^(\w+) . {name}$", out, re.M)[1], 16)


def read_u64(guest, address):
    """A word of physical memory, as the machine sees it."""
    return int.from_bytes(guest.read_memory(address, 8), "little")


@dataclasses.dataclass
class Linux:
    """What Linux has. Two of these are equal if nothing was lost."""

    online: str
    mem_total: str
    iomem: str
    drivers: str

    COMMAND = ("cat /sys/devices/system/cpu/online; echo --; grep MemTotal /proc/meminfo; echo --; "
               "cat /proc/iomem; echo --; "
               "printf '%s\\n' /sys/bus/platform/devices/*/driver /sys/bus/amba/devices/*/driver | "
               # A clock that was gone for a while gets a timer with another number.
               "sed 's/alarmtimer[.0-9]*//'")

    @classmethod
    def look(cls, guest):
        return cls(*guest.check(cls.COMMAND).split("--\n"))


@dataclasses.dataclass
class Partition:
    """What sysfs shows of hypervisor and cells, and what Linux has."""

    linux: Linux
    pools: str
    cells: str

    COMMAND = (f"cd {SYSFS}; cat enabled mem_pool_size mem_pool_used remap_pool_used; echo --; "
               "[ ! -d cells/0 ] || grep . cells/*/name cells/*/state cells/*/cpus_*_list")

    @classmethod
    def look(cls, guest):
        *linux, pools, cells = guest.check(f"{Linux.COMMAND}; echo --; {cls.COMMAND}").split("--\n")
        return cls(Linux(*linux), pools, cells)


def every_cpu_works(guest, count=4):
    """Each CPU of Linux runs a program that is bound to it."""
    cpus = list(range(count))
    assert guest.check("nproc").strip() == str(count)
    text = guest.check(f"for c in {' '.join(map(str, cpus))}; do "
                       "taskset $(printf %x $((1 << c))) sh -c 'echo $0' $c & done; wait", timeout=30 + 2 * count)
    assert sorted(map(int, text.split())) == cpus


def insmod(guest, parameters=""):
    succeeds(guest, f"insmod /lib/modules/jailhouse.ko {parameters}")


def enable(guest, config=ROOT_CONFIG):
    return succeeds(guest, f"jailhouse enable {config}", timeout=60)


def disable(guest):
    return succeeds(guest, "jailhouse disable", timeout=60)


def create(guest, config=DEMO_CONFIG):
    return succeeds(guest, f"jailhouse cell create {config}", timeout=60)


def load(guest, image, parameters="", cell=DEMO):
    strings = f"-s '{parameters}' -a 0x1000" if parameters else ""
    return succeeds(guest, f"jailhouse cell load {cell} {image} {strings}")


def start(guest, cell=DEMO):
    return succeeds(guest, f"jailhouse cell start {cell}")


def destroy(guest, cell=DEMO):
    return succeeds(guest, f"jailhouse cell destroy {cell}", timeout=60)


def forbidden(guest, test, parameters="", cell=DEMO):
    """Runs the forbidden-things inmate; returns where its output starts on the second UART."""
    begin = len(guest.uart1())
    words = f"test={test} {parameters}".strip()
    succeeds(guest, f"jailhouse cell load {cell} {FORBIDDEN} -s '{words}' -a 0x1000 && "
                    f"jailhouse cell start {cell}", timeout=40)
    return begin


class HypervisorLog:
    """The ring of the hypervisor's messages, read from the machine's memory: without the guest's
    help, and without tears. Tests that must not be disturbed by reading use it."""

    SIZE = 2048

    def __init__(self, guest, hypervisor_base=0x7fc00000):
        with open(os.path.join(BUILD, "hypervisor", "jailhouse.bin"), "rb") as f:
            header = f.read(40)
        self.guest = guest
        self.page = hypervisor_base + int.from_bytes(header[32:40], "little")
        self.start = 0

    def mark(self):
        """said() returns what comes from now on."""
        self.start = self._read()[0]

    def _read(self):
        while True:
            data = self.guest.read_memory(self.page, 8 + self.SIZE)
            busy, tail = (int.from_bytes(data[n:n + 4], "little") for n in (0, 4))
            if not busy:
                return tail, data[8:]

    def said(self, until="", seconds=30, without=""):
        """What was said since the mark, once that contains `until`, or the time is over. What comes character
        by character may have a whole line of others in it: `without` that."""
        end = time.monotonic() + seconds
        while True:
            tail, ring = self._read()
            assert tail - self.start <= self.SIZE, "the ring of messages has run over"
            text = bytes(ring[n % self.SIZE] for n in range(self.start, tail))
            text = text.decode("utf-8", errors="replace").replace("\r", "")
            text = text.replace(without, "") if without else text
            if until in text or time.monotonic() > end:
                return text
            time.sleep(0.02)


@contextlib.contextmanager
def only_builder(folder):
    """Tests that run at the same time build the same things; none may read what another has half written."""
    os.makedirs(folder, exist_ok=True)
    with open(folder + ".lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_program(name, *compiler):
    """Builds ci/system/NAME/NAME.c with a compiler and its options; returns the program's bytes."""
    folder = os.path.join(BUILD, "guest_programs", name)
    program = os.path.join(folder, name)
    with only_builder(folder):
        subprocess.run([*compiler, "-static", "-o", program, os.path.join(TOP, "ci", "system", name, name + ".c")],
                       check=True)
        with open(program, "rb") as f:
            return f.read()


def build_module(kernel, name):
    """Builds ci/system/NAME/NAME.c for a kernel, if that was not done; returns its bytes."""
    source = os.path.join(TOP, "ci", "system", name, name + ".c")
    folder = os.path.join(BUILD, "guest_modules", kernel, name)
    module = os.path.join(folder, name + ".ko")
    with only_builder(folder):
        if not os.path.exists(module) or os.path.getmtime(module) < os.path.getmtime(source):
            shutil.copy(source, folder)
            with open(os.path.join(folder, "Kbuild"), "w", encoding="ascii") as f:
                f.write(f"obj-m := {name}.o\n")
            headers = os.path.realpath(os.path.join(DOWNLOADS, "kernels", kernel, "headers"))
            environment = {key: value for key, value in os.environ.items() if "MAKE" not in key}
            subprocess.run(
                ["make", "-s", "-C", headers, f"M={folder}", "ARCH=arm64",
                 "CROSS_COMPILE=aarch64-linux-gnu-", "DEB_BUILD_ARCH=amd64", "DEB_HOST_ARCH=arm64",
                 "DEB_HOST_GNU_TYPE=aarch64-linux-gnu", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"],
                check=True, env=environment)
        with open(module, "rb") as f:
            return f.read()
