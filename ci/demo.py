#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make demo`: the whole life of a cell on a stock Debian kernel, told step by step.

Every step shows the command that the guest ran, what it printed, and what was checked. Ends with
exit status 1 at the first step that failed, after showing what the guest has to say about it.
"""

import argparse
import re
import sys
import textwrap
import time

import boards
from guest import GuestError, kernel_release

CELL = "inmate-demo"
IMAGE = "/usr/libexec/jailhouse/demos/gic-demo.bin"
LIVE_SECONDS = 4


class Failed(Exception):
    """A step did not do what it should. Carries the sentence for the reader."""


class Account:
    """Prints the story: numbered steps, commands, their output, what was checked."""

    def __init__(self, guest, out=sys.stdout):
        self.guest = guest
        self.out = out
        self.step_number = 0
        self.bold, self.dim, self.plain = (
            ("\x1b[1m", "\x1b[2m", "\x1b[0m") if out.isatty() else ("", "", ""))

    def say(self, text=""):
        print(text, file=self.out, flush=True)

    def step(self, title):
        self.step_number += 1
        self.say(f"\n{self.bold}{self.step_number}. {title}{self.plain}")

    def note(self, text):
        self.say(textwrap.fill(text, 96, initial_indent="   ", subsequent_indent="   "))

    def show(self, output, label="   | "):
        for line in output.rstrip("\n").split("\n"):
            if line.strip():
                self.say(f"{self.dim}{label}{self.plain}{line}")

    def run(self, command, timeout=30, quiet=False):
        """Runs a command that must succeed; returns its output."""
        self.say(f"   guest# {command}")
        started = time.monotonic()
        status, output = self.guest.run(command, timeout)
        if not quiet or status:
            self.show(output)
        if status:
            raise Failed(f"`{command}` ended with exit status {status}")
        spent = time.monotonic() - started
        if spent > 1:
            self.note(f"({spent:.1f} s)")
        return output

    def expect(self, condition, what):
        """Checks a fact and says so."""
        if not condition:
            raise Failed(f"expected: {what}")
        self.say(f"   ok: {what}")


class Snapshot:
    """What Linux has: CPUs and memory."""

    def __init__(self, guest):
        self.online = guest.check("cat /sys/devices/system/cpu/online").strip()
        self.cpus = int(guest.check("nproc"))
        self.total = int(re.search(r"MemTotal:\s+(\d+)", guest.check("cat /proc/meminfo"))[1])

    def __str__(self):
        return f"{self.cpus} CPUs (online: {self.online}), {self.total // 1024} MB of memory"


def bugs(guest):
    """Lines of dmesg that no healthy kernel writes."""
    pattern = re.compile(r"\b(BUG|Oops|WARNING|Call trace|Internal error|Unhandled|soft lockup|"
                         r"rcu.*stall|Kernel panic)\b")
    return [line for line in guest.dmesg().split("\n") if pattern.search(line)]


def story(account, guest, board):
    account.step(f"A stock Debian kernel runs on {board.smp} CPUs")
    account.run("uname -rv")
    before = Snapshot(guest)
    account.expect(before.cpus == board.smp, f"Linux has {before}")

    account.step("Load the driver: nothing changes yet")
    account.run("insmod /lib/modules/jailhouse.ko")
    account.run("ls -l /dev/jailhouse")

    account.step("Enable: the hypervisor slides under the running kernel, which becomes the root cell")
    account.run(f"jailhouse enable /etc/jailhouse/{board.root}.cell", timeout=60)
    account.expect(guest.check("cat /sys/devices/jailhouse/enabled").strip() == "1",
                   "the hypervisor is enabled")
    account.run("jailhouse cell list")

    account.step("Create a cell: a CPU and some memory leave Linux")
    account.run(f"jailhouse cell create /etc/jailhouse/{board.cells}-{CELL}.cell", timeout=60)
    partitioned = Snapshot(guest)
    account.expect(partitioned.cpus == before.cpus - 1, f"Linux now has {partitioned}")

    account.step("Load the timer demo into the cell, and start it")
    start = len(guest.uart1())
    account.run(f"jailhouse cell load {CELL} {IMAGE}")
    account.run(f"jailhouse cell start {CELL}")

    account.step(f"The inmate runs beside Linux; its own UART, live for {LIVE_SECONDS} s")
    seen = start
    end = time.monotonic() + LIVE_SECONDS
    while time.monotonic() < end:
        text = guest.uart1()
        complete = text.rfind("\n") + 1
        if complete > seen:
            account.show(text[seen:complete], "   inmate | ")
            seen = complete
        time.sleep(0.1)
    fired = [int(n) for n in re.findall(r"Timer fired (\d+) times", guest.uart1()[start:])]
    account.expect(len(fired) >= 2 and fired == sorted(set(fired)),
                   "its timer interrupts arrive while Linux runs on")

    account.step("Look at it from Linux")
    listing = account.run("jailhouse cell list")
    account.expect(re.search(rf"{CELL}\s+running", listing), "the cell is running")
    account.run(f"jailhouse cell stats {CELL} --once")

    account.step("Shut the cell down: it is asked, and agrees")
    account.run(f"jailhouse cell shutdown {CELL}", timeout=60)
    listing = account.run("jailhouse cell list")
    account.expect(re.search(rf"{CELL}\s+shut down", listing), "the cell is shut down")

    account.step("Destroy it: CPU and memory return to Linux")
    account.run(f"jailhouse cell destroy {CELL}", timeout=60)
    account.expect(str(Snapshot(guest)) == str(before), f"Linux has {before} again")

    account.step("Disable: the hypervisor leaves, Linux runs on")
    account.run("jailhouse disable", timeout=60)
    account.expect(guest.check("cat /sys/devices/jailhouse/enabled").strip() == "0",
                   "the hypervisor is gone")
    account.run("rmmod jailhouse")
    after = Snapshot(guest)
    account.expect(str(after) == str(before), f"Linux has {after}")
    cpus = [str(cpu) for cpu in range(board.smp)]
    busy = guest.check(f"for c in {' '.join(cpus)}; do "
                       "taskset $(printf %x $((1 << c))) sh -c 'echo $0' $c & done; wait",
                       timeout=30 + 2 * board.smp)
    account.expect(sorted(busy.split()) == sorted(cpus), "every CPU runs programs")
    found = bugs(guest)
    if found:
        account.show("\n".join(found))
    account.expect(not found, "the kernel's log has no complaint")


def main():
    parser = argparse.ArgumentParser(description="The whole life of a cell, step by step.")
    parser.add_argument("board", help="a row of ci/boards.tsv")
    args = parser.parse_args()

    started = time.monotonic()
    board = boards.find(args.board)
    guest = board.guest(name=f"demo-{board.board}")
    account = Account(guest)
    account.say(f"Booting Debian {kernel_release(board.kernel)} on QEMU -M {board.machine}, "
                f"{board.smp} x {board.cpu or 'its own CPU'} ...")
    try:
        with guest:
            account.say(f"booted in {time.monotonic() - started:.1f} s")
            try:
                story(account, guest, board)
            except (Failed, GuestError) as failure:
                account.say(f"\nFAILED in step {account.step_number}: {failure}")
                if guest.alive:
                    evidence(account, guest)
                account.say(f"\nThe logs are in {guest.log_dir}")
                return 1
            guest.shutdown()
    except GuestError as failure:
        account.say(f"\nFAILED: {failure}")
        return 1
    account.say(f"\nThat was the whole life of a cell, in {time.monotonic() - started:.0f} s. "
                "`make run` gives you a shell there.")
    return 0


def evidence(account, guest):
    """What the guest has to say after a failure."""
    for command in ("jailhouse console", "dmesg | tail -n 25"):
        try:
            status, output = guest.run(command, timeout=10)
        except GuestError as failure:
            account.note(f"(the guest no longer answers: {str(failure).splitlines()[0]})")
            break
        if status == 0 and output.strip():
            account.say(f"\n   guest# {command}")
            account.show(output)
    if guest.uart1().strip():
        account.say("\n   the inmate's UART:")
        account.show(guest.uart1()[-2000:], "   inmate | ")


if __name__ == "__main__":
    sys.exit(main())
