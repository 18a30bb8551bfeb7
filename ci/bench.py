#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make bench`: how much work the hypervisor does, in instructions that QEMU counts. Of the machine that
the targets are for, or of any row of ci/boards.tsv (BOARD=), without targets.

Three runs: a cell's life several times, the bench inmate in a cell, and the same binary natively at
EL1. Prints a table, writes build/bench.json, and ends with 1 if a target is missed. The targets are
the table ROWS. For operations that miss theirs it says which functions the instructions are in.

The plugin (ci/plugin/count_el2.c) counts addresses; here they get their meaning, from the symbols
of the ELF file.
"""

import argparse
import bisect
import collections
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
import time

import boards
from guest import BUILD, DOWNLOADS, TOP, GuestError

sys.path.insert(0, os.path.join(TOP, "ci", "gates"))
import gate_budget  # noqa: E402  pylint: disable=wrong-import-position
import gate_lib  # noqa: E402  pylint: disable=wrong-import-position
sys.path.insert(0, os.path.join(TOP, "ci", "system"))
import cellfile  # noqa: E402  pylint: disable=wrong-import-position

PLUGIN = os.path.join(BUILD, "bench", "count_el2.so")
ELF = os.path.join(BUILD, "hypervisor", "jailhouse.elf")
INMATE = os.path.join(BUILD, "inmates", "tests", "bench.bin")
IMAGE = "/usr/libexec/jailhouse/tests/bench.bin"
# Without a virtual PCI bus, which Linux would scan as a part of enable.
QUIET_ROOT = "/tmp/root.cell"
# What the targets are for.
DEFAULT_BOARD = "virt-gicv3-6.1"
# Beyond the device tree, which QEMU puts at the start of RAM.
NATIVE_LOAD = 0x48000000
ROOT_CPU = 0
CELL_CPUS = (2, 3)
ROUNDS = 5
INSN = 4
VECTOR = 0x80


class BenchError(Exception):
    """A run did not give what is needed."""


# --- what was counted -----------------------------------------------------------------------------


def marks(source):
    """{number: name in lower case} of the enum MARK_* in a C file."""
    with open(os.path.join(TOP, source), encoding="utf-8") as f:
        return {int(number): name.lower()
                for name, number in re.findall(r"^\tMARK_(\w+) = (\d+),", f.read(), re.M)}


class Image:
    """The symbols of the EL2 image."""

    def __init__(self):
        text = subprocess.run(["aarch64-linux-gnu-nm", "-n", ELF], check=True,
                              capture_output=True, text=True).stdout
        found = [(int(a, 16), n) for a, kind, n in re.findall(r"^(\w+) (\w) (\S+)$", text, re.M)
                 if kind in "tT" and n not in ("text_start", "boot_page") and n[0] != "$"]
        self.names = {name: address for address, name in found}
        names = self.names
        self.base = int(re.search(r"^(\w+) \w image_start$", text, re.M)[1], 16)
        self.size = int(re.search(r"^(\w+) \w text_end$", text, re.M)[1], 16) - self.base
        self.functions = [a for a, _ in found]
        self.function_names = [n for _, n in found]
        self.spin = range(self.index(names["spin_start"]), self.index(names["spin_end"]))
        # {called function: where spinning code calls it}
        self.spin_calls = collections.defaultdict(list)
        text = subprocess.run(
            ["aarch64-linux-gnu-objdump", "-d", f"--start-address={names['spin_start']}",
             f"--stop-address={names['spin_end']}", ELF], check=True, capture_output=True,
            text=True).stdout
        for pc, callee in re.findall(r"^ *(\w+):\t\w+ +\tbl\t\w+ <(\w+)>", text, re.M):
            self.spin_calls[callee].append(self.index(int(pc, 16)))
        self.vectors = {self.index(names["el2_vectors"] + i * VECTOR) for i in range(16)}
        self.first_entry = self.index(names["el2_entry"])
        # The path that only SGI sends take.
        self.sgi = self.index(names["sgi_value"])

    def index(self, address):
        return (address - self.base) // INSN

    def function(self, index):
        at = bisect.bisect_right(self.functions, self.base + index * INSN) - 1
        return self.function_names[at]

    def by_function(self, pcs):
        """(work, spinning): two counters, {function: EL2 instructions}."""
        work, spinning = collections.Counter(), collections.Counter()
        for pc, n in pcs.items():
            (spinning if pc in self.spin else work)[self.function(pc)] += n
        # Small functions that spinning code calls, by the share of these calls.
        for name, callers in self.spin_calls.items():
            calls = pcs[self.index(self.names[name])]
            spun = work[name] * sum(pcs[pc] for pc in callers) // calls if calls else 0
            spinning[name] += spun
            work[name] -= spun
        return work, spinning


@dataclasses.dataclass
class Count:
    """What one vCPU did between two markers."""

    total: int = 0
    pcs: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def add(self, other):
        self.total += other.total
        self.pcs.update(other.pcs)

    def el2(self, image):
        """Instructions in EL2 without spinning."""
        return image.by_function(self.pcs)[0].total()

    def spinning(self, image):
        return image.by_function(self.pcs)[1].total()

    def entries(self, image):
        return sum(self.pcs[pc] for pc in image.vectors) + self.pcs[image.first_entry]

    def sgis(self, image):
        return self.pcs[image.sgi]


@dataclasses.dataclass
class Sample:
    """One operation: the CPU with the markers, and what all did meanwhile."""

    cpu: int
    counts: dict

    def own(self):
        return self.counts.get(self.cpu, Count())

    def all(self):
        whole = Count()
        for count in self.counts.values():
            whole.add(count)
        return whole


def read_records(path):
    """Yields (marker, vCPU, {vCPU: Count since the record before})."""
    record = None
    with open(path, encoding="ascii") as f:
        for line in f:
            kind, *words = line.split()
            if kind == "mark":
                if record:
                    yield record
                record = (int(words[0]), int(words[1]), {})
            else:
                pcs = collections.Counter()
                for word in words[2:]:
                    pc, n = word.split(":")
                    pcs[int(pc)] = int(n)
                record[2][int(words[0])] = Count(int(words[1]), pcs)
    if record:
        yield record


def read_samples(path, names, cpus):
    """{name: [Sample]} of the operations that these vCPUs marked."""
    samples = collections.defaultdict(list)
    running = {}
    for marker, cpu, counts in read_records(path):
        for _, sample in running.values():
            for other, count in counts.items():
                sample.counts.setdefault(other, Count()).add(count)
        if cpu not in cpus:
            continue
        if names[marker] == "end":
            if cpu not in running:
                raise BenchError(f"{path}: CPU {cpu} ends an operation that it has not begun")
            name, sample = running.pop(cpu)
            samples[name].append(sample)
        else:
            running[cpu] = (names[marker], Sample(cpu, {}))
    return samples


# --- the runs -------------------------------------------------------------------------------------


def plugin_args(image, board, out):
    return ["-plugin", f"{PLUGIN},text={image.base:x},phys={board.hypervisor_base():x},"
                       f"size={image.size:x},out={out}"]


def counts_path(name):
    return os.path.join(BUILD, "bench", f"{name}.counts")


def run_guest(image, board, name, action):
    """Boots the guest with the plugin, and runs action(guest)."""
    out = counts_path(name)
    with board.guest(name=f"bench-{name}", qemu_args=plugin_args(image, board, out)) as guest:
        guest.check("insmod /lib/modules/jailhouse.ko rendezvous_ms=8000")
        action(guest)
    return out


def life(guest, guest_root):
    data = cellfile.patched(cellfile.built(guest_root), cellfile.PCI_IS_VIRTUAL, b"\0")
    guest.put(QUIET_ROOT, data)
    guest.check(f"bench-cell {QUIET_ROOT} /etc/jailhouse/board/bench.cell {IMAGE} idle {ROUNDS}",
                timeout=600)


def in_cell(guest):
    guest.check("bench-cell /etc/jailhouse/board/root.cell /etc/jailhouse/board/bench-channel.cell "
                f"{IMAGE} '' 0", timeout=120)
    end = time.monotonic() + 30
    while True:
        states = guest.check("cat /sys/devices/jailhouse/cells/1/state").strip().split("\n")
        if states[-1] == "shut down":
            return
        if time.monotonic() > end or states[-1] != "running":
            raise BenchError(f"the bench inmate did not come to its end; its cell is "
                             f"\"{states[-1]}\"; the console:\n{guest.console_tail()}")
        time.sleep(0.5)


def run_native(image, board):
    """The same binary at EL1 of a machine without EL2; it powers off when it is done."""
    out = counts_path("native")
    gic = re.search(r"gic-version=\d", board.machine)[0]
    subprocess.run(
        [os.path.join(DOWNLOADS, "qemu", "qemu-system-aarch64"), "-M", f"virt,{gic}",
         "-cpu", board.cpu, "-smp", "4", "-m", "256M", "-nodefaults", "-display", "none",
         "-serial", "stdio", "-device",
         f"loader,file={INMATE},addr={NATIVE_LOAD:#x},cpu-num=0,force-raw=on",
         *plugin_args(image, board, out)],
        check=True, timeout=60, stdin=subprocess.DEVNULL)
    return out


# --- the judgement --------------------------------------------------------------------------------


@dataclasses.dataclass
class Row:
    """One line of the table. Targets are upper limits; None: published only."""

    operation: str
    peer: str = ""
    samples: str = None
    native: str = None
    entries: int = None
    limit: int = None
    # How the count is made: own: EL2 instructions of the CPU with the markers; all: of all CPUs,
    # without SGI sends of Linux; caller: as own, and the total of the caller is shown.
    kind: str = "own"


ROWS = (
    Row("timer interrupt, busy inmate", "1 entry, 188", "timer", None, 0, 0),
    Row("timer interrupt, pending, unmasked", "", "timer_pending", "timer_pending", 0, 0),
    Row("timer interrupt, idle inmate (WFI)", "", "timer_idle", "timer_idle"),
    Row("SGI received, busy inmate", "1 entry, 192", "sgi_received", None, 0, 0),
    Row("SGI received, pending, unmasked", "", "sgi_pending", "sgi_pending", 0, 0),
    Row("SGI sent", "1 entry, 1042..1325", "sgi_sent", "sgi_sent", 1, 40),
    Row("hypercall, invalid code", "102", "hypercall_invalid", None, 1, 50),
    Row("hypercall, CPU_GET_INFO", "144", "cpu_get_info", None, 1, 70),
    Row("PSCI_VERSION", "118", "psci_version", "psci_version", 1, 50),
    Row("SMC, unknown service", "", "smc_unknown"),
    Row("HVC #0, PSCI_VERSION", "", "hvc_firmware"),
    Row("GICD_CTLR read", "267", "gicd_ctlr_read", "gicd_ctlr_read", 1, 150),
    Row("GICD_ISENABLER write", "903", "gicd_isenabler_write", "gicd_isenabler_write", 1, 250),
    Row("doorbell sent", "", "doorbell_sent", None, 1, 200),
    Row("doorbell received, pending, unmasked", "", "doorbell_pending", None, 0, 0),
    Row("doorbell to an absent peer", "", "doorbell_nobody", None, 1, 200),
    Row("ICC_PMR_EL1 write", "", "pmr_write", "pmr_write"),
    Row("enable", "1.0 M", "enable", None, None, 500_000, "all"),
    Row("cell create", "140 k", "create", None, None, 70_000, "all"),
    Row("cell load", "", "load", None, None, None, "all"),
    Row("cell start", "70 k", "start", None, None, 35_000, "all"),
    Row("cell shutdown", "", "shutdown", None, None, None, "all"),
    Row("cell destroy", "456 k", "destroy", None, None, 228_000, "all"),
    Row("disable", "", "disable", None, None, None, "all"),
)
# The message ring against a copy: what the caller executes, at EL1 in a cell and at EL0 in Linux.
ROWS += tuple(
    Row(f"{what}, {size} bytes, {place}", "", f"{prefix}{mark}_{size}", None, entries, entries,
        "caller")
    # Linux is interrupted now and then.
    for place, prefix, entries in (("cell", "", 0), ("Linux", "linux_", None))
    for size in (64, 1024, 4096)
    for what, mark in (("ring: sent", "ring_send"), ("ring: received", "ring_receive"),
                       ("memcpy()", "copy")))
LIFE = ("create", "load", "start", "shutdown", "destroy")


def spread(values):
    return {"min": min(values), "typical": int(statistics.median_low(values)),
            "max": max(values), "times": len(values)}


def judge(row, image, samples, native, empty):
    """A line of the table, as a dictionary."""
    found = samples.get(row.samples)
    if not found:
        raise BenchError(f"nothing was counted for \"{row.operation}\"")
    counts = [s.all() if row.kind == "all" else s.own() for s in found]
    if row.kind == "all":
        send = Count.el2(samples["sgi_sent"][0].own(), image)
        work = [c.el2(image) - send * c.sgis(image) for c in counts]
    else:
        work = [c.el2(image) for c in counts]
    line = {"operation": row.operation, "peer": row.peer, "target": row.limit,
            "target_entries": row.entries, "el2": spread(work),
            "entries": spread([c.entries(image) for c in counts]),
            "spinning": spread([c.spinning(image) for c in counts])}
    # Of busy waiting the total says nothing.
    if row.kind == "caller":
        line["total"] = spread([c.total - empty[2 if row.samples.startswith("linux_") else 0]
                                for c in counts])
    if row.native:
        line["total"] = spread([c.total - empty[0] for c in counts])
        line["native"] = spread([s.own().total - empty[1] for s in native[row.native]])
    missed = row.limit is not None and line["el2"]["typical"] > row.limit
    if row.entries is not None and line["entries"]["max"] > row.entries:
        missed = True
    line["verdict"] = "missed" if missed else "-" if row.limit is None else "reached"
    line["where"] = histogram(image, counts[work.index(line["el2"]["typical"])])
    return line


def histogram(image, count):
    """[(function, EL2 instructions)], most first, without spinning."""
    return [item for item in image.by_function(count.pcs)[0].most_common(20) if item[1]]


def judge_disturbed(image, samples):
    """CPUs of root that entered EL2 though nothing but Linux's SGIs is theirs to ask for."""
    worst, where = 0, collections.Counter()
    for name in LIFE:
        for sample in samples[name]:
            disturbed = 0
            for cpu, count in sample.counts.items():
                if cpu == ROOT_CPU or cpu in CELL_CPUS:
                    continue
                if count.entries(image) > count.sgis(image):
                    disturbed += 1
                    for function, n in histogram(image, count):
                        where[f"{name}: {function}"] += n
            worst = max(worst, disturbed)
    line = {"operation": "root CPUs disturbed by a life-cycle operation",
            "peer": "all, 10..70 M", "target": 0,
            "el2": {"min": 0, "typical": worst, "max": worst,
                    "times": sum(len(samples[name]) for name in LIFE)},
            "verdict": "missed" if worst else "reached"}
    if worst:
        line["where"] = where.most_common(20)
    return line


def judge_size():
    tree = gate_lib.Tree()
    size = gate_budget.image_bytes(tree)
    lines = gate_budget.code_lines(tree, gate_budget.linked_files(tree))
    for name, peer, value, limit in (
            ("EL2 image, text + data (bytes)", "", size, gate_budget.MAX_BYTES - 1),
            ("EL2 code lines, headers included", "9133", lines, gate_budget.MAX_LINES - 1)):
        yield {"operation": name, "peer": peer, "target": limit,
               "el2": {"min": value, "typical": value, "max": value, "times": 1},
               "verdict": "missed" if value > limit else "reached"}


def print_table(lines):
    print("EL2 instructions without spinning; total and native: with those of the caller at EL1, in a "
          "cell\nand without a hypervisor.\n")
    print(f"{'operation':<46}{'Jailhouse':>20}{'target':>10}{'measured':>10}{'max':>9}{'entries':>9}"
          f"{'total':>8}{'native':>8}  verdict")
    for line in lines:
        def typical(key):
            return f"{line[key]['typical']}" if key in line else ""
        target = "" if line["target"] is None else line["target"]
        print(f"{line['operation']:<46}{line['peer']:>20}{target:>10}{typical('el2'):>10}"
              f"{line['el2']['max']:>9}{typical('entries'):>9}{typical('total'):>8}"
              f"{typical('native'):>8}  {line['verdict']}")
    for line in lines:
        if line["verdict"] == "missed" and "where" in line:
            print(f"\n{line['operation']}: EL2 instructions by function")
            for function, n in line["where"]:
                print(f"{n:>10}  {function}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--board", default=DEFAULT_BOARD, help="a row of ci/boards.tsv")
    parser.add_argument("--no-run", action="store_true", help="judge what was counted last time")
    args = parser.parse_args()

    image = Image()
    board = boards.find(args.board)
    if not args.no_run:
        print("  BENCH   natively at EL1", flush=True)
        run_native(image, board)
        print("  BENCH   in a cell", flush=True)
        run_guest(image, board, "cell", in_cell)
        print(f"  BENCH   the life of a cell, {ROUNDS} times", flush=True)
        run_guest(image, board, "life", lambda guest: life(guest, board.root))
    inmate_marks = marks("inmates/tests/bench.c")
    native = read_samples(counts_path("native"), inmate_marks, (0, 1))
    samples = read_samples(counts_path("cell"), inmate_marks, CELL_CPUS)
    of_linux = {number: name if name in ("end", *LIFE, "enable", "disable") or name.startswith("linux_")
                else f"linux_{name}" for number, name in marks("ci/plugin/bench_cell.c").items()}
    samples.update(read_samples(counts_path("life"), of_linux, (ROOT_CPU,)))

    empty = [min(s.own().total for s in run) for run in
             (samples["nothing"], native["nothing"], samples["linux_nothing"])]
    rows = ROWS
    if board.board != DEFAULT_BOARD:
        # What another interrupt controller does not have is not counted.
        rows = [dataclasses.replace(row, limit=None, entries=None) for row in ROWS
                if row.samples in samples]
    lines = [judge(row, image, samples, native, empty) for row in rows]
    # SGIs of a GICv2 are stores to the distributor, which cannot be told from others here.
    if board.board == DEFAULT_BOARD:
        lines.append(judge_disturbed(image, samples))
    lines.extend(judge_size())
    print_table(lines)
    with open(os.path.join(BUILD, "bench.json"), "w", encoding="utf-8") as f:
        json.dump({"board": board.board, "kernel": board.kernel, "rows": lines}, f, indent=1)
    missed = [line["operation"] for line in lines if line["verdict"] == "missed"]
    print(f"\n{len(lines) - len(missed)} of {len(lines)} reached or without a target"
          + (f"; missed: {', '.join(missed)}" if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (BenchError, GuestError, subprocess.SubprocessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)
