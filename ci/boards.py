# SPDX-License-Identifier: GPL-2.0
"""Reads the test matrix, ci/boards.tsv."""

import csv
import dataclasses
import os

from guest import Guest

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boards.tsv")


@dataclasses.dataclass(frozen=True)
class Board:
    """One row of the matrix."""

    board: str
    config: str
    kernel: str
    machine: str
    cpu: str
    smp: int
    memory: str
    mem: str
    append: str

    def guest(self, name=None, extra_append="", **options):
        """A guest on this machine, not started yet. Options are those of Guest."""
        append = " ".join(part for part in (self.append, extra_append) if part)
        arguments = {"kernel": self.kernel, "cpu": self.cpu, "smp": self.smp, "mem": self.mem,
                     "machine": self.machine, "memory": self.memory}
        arguments.update(options)
        return Guest(extra_append=append, name=name, **arguments)


def load(path=TABLE):
    """Every row, as a Board. An empty cell is written as a dash."""
    with open(path, encoding="utf-8", newline="") as f:
        lines = [line for line in f if not line.startswith("#")]
    boards = []
    for row in csv.DictReader(lines, delimiter="\t"):
        if None in row or None in row.values():
            raise ValueError(f"{path}: the row {row.get('board')} has not one field per column")
        row = {name: "" if value == "-" else value for name, value in row.items()}
        boards.append(Board(**{**row, "smp": int(row["smp"])}))
    return boards
