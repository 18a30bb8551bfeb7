# SPDX-License-Identifier: GPL-2.0
"""Reads the test matrix, ci/boards.tsv."""

import csv
import dataclasses
import glob
import os

import guest

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boards.tsv")


@dataclasses.dataclass(frozen=True)
class Board:
    """One row of the matrix; the columns are explained in the table itself."""

    board: str
    root: str
    cells: str
    kernel: str
    machine: str
    cpu: str
    smp: int
    memory: str
    mem: str
    console: str
    dtb: str
    firmware: str
    serial: str
    append: str
    tests: str
    check: str
    seconds: int

    def options(self, extra_append="", **options):
        """What guest.qemu_command() is to be told for this machine, and then what else the caller
        says."""
        append = " ".join(part for part in (self.append, extra_append) if part)
        arguments = {"kernel": self.kernel, "cpu": self.cpu, "smp": self.smp, "mem": self.mem,
                     "machine": self.machine, "memory": self.memory, "console": self.console,
                     "dtb": self.dtb, "firmware": self.firmware,
                     "links": (self.root, self.cells), "extra_append": append}
        return {**arguments, **options}

    def hypervisor_base(self):
        """Where the hypervisor lies, from the system config (hypervisor_memory.phys_start)."""
        path, = glob.glob(os.path.join(guest.BUILD, "configs", "*", f"{self.root}.cell"))
        with open(path, "rb") as f:
            return int.from_bytes(f.read(20)[12:], "little")

    def serial_lines(self):
        return self.serial or guest.SERIAL

    def guest(self, name=None, **options):
        """A guest on this machine, not started yet. Options are those of Guest. COVER_EL2 names the
        plugin, its arguments, and where what it saw is written, see ci/cover.py."""
        if os.environ.get("COVER_EL2"):
            options["qemu_args"] = [*options.get("qemu_args", ()), "-plugin",
                                    f"{os.environ['COVER_EL2']},phys={self.hypervisor_base():x}"]
        return guest.Guest(name=name or self.board, serial=self.serial_lines(),
                           **self.options(**options))

    def runs(self, test, special=False):
        """Is this test file (test_story.py: story) for this machine? A special one only if the row
        names it."""
        names = (self.check if wanted() == "check" else self.tests).split(",")
        return test in names or "all" in names and not special


def load(path=TABLE):
    """Every row, as a Board. An empty cell is written as a dash."""
    with open(path, encoding="utf-8", newline="") as f:
        lines = [line for line in f if not line.startswith("#")]
    boards = []
    for row in csv.DictReader(lines, delimiter="\t"):
        if None in row or None in row.values():
            raise ValueError(f"{path}: the row {row.get('board')} has not one field per column")
        row = {name: "" if value == "-" else value for name, value in row.items()}
        boards.append(Board(**{**row, "smp": int(row["smp"]), "seconds": int(row["seconds"])}))
    return boards


def find(name):
    """The row of that name, or an error that lists all."""
    rows = {row.board: row for row in load()}
    if name not in rows:
        raise SystemExit(f"there is no board {name}; ci/boards.tsv has: {' '.join(rows)}")
    return rows[name]


def wanted():
    """What the environment variable BOARDS asks for: names of rows, or check (the default) or all."""
    return os.environ.get("BOARDS") or "check"


def chosen():
    """The rows that BOARDS asks for."""
    if wanted() == "all":
        return load()
    if wanted() == "check":
        return [row for row in load() if row.check]
    return [find(name) for name in wanted().replace(",", " ").split()]
