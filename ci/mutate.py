#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make mutants COUNT=N SEED=S`: plants mistakes into the hypervisor, by rule and one at a time, and sees
whether its unit tests notice. What they do not notice is listed: the test is missing, or the mistake
makes no difference, or only the real machine shows it.

Mutants are all places where a rule applies in the sources that the unit tests contain; COUNT of them are
drawn by SEED (COUNT=0: all, which takes the better part of an hour). FILES= restricts them to sources whose
names contain it, JOBS= works on so many at once, SKIP= leaves out the first that are drawn: those of a run
that was interrupted.

What survived and was judged by a person is in ci/survivors.txt with the reason, and is not tried again but
with RETRY=1. AGAIN= is what an earlier run said: only what survived there, and was not judged yet, is tried.

TARGET= is a row of ci/boards.tsv: what no unit test notices is put into the image, and the system tests
TESTS= run on that machine, until one fails.

A program of tests that does not come by a line cannot notice it: which do is measured first. The tests run
without sanitizers, which takes a third of the time, and what survives that is tried with them (KINDS=fast
leaves that out).
"""

import argparse
import collections
import concurrent.futures
import contextlib
import glob
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import cover
import mutate_target

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
TREE = os.path.join(BUILD, "mutants")
SURVIVORS = os.path.join(TOP, "ci", "survivors.txt")
DOWNLOADS = ("setup", "kernels", "qemu", "busybox")
BUILD_SECONDS = 300
# On a machine: those that take a minute or less, and cells.
TESTS = "story forbidden cells isolation"
# Builds of the unit tests: what is added to the compiler's arguments, and seconds for one program. A warning
# is no test.
KINDS = {"fast": ("-w -fno-sanitize=all", 15), "sanitized": ("-w", 120),
         "coverage": ("-fno-sanitize=all --coverage -O0", 120)}

Mutant = collections.namedtuple("Mutant", "path line where rule before after")

# Name, what is replaced, and by what: in code, without comments and strings.
RULES = [(name, re.compile(pattern), new) for name, pattern, new in (
    ("comparison", r" < ", " <= "), ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "), ("comparison", r" >= ", " > "),
    ("comparison", r" == ", " != "), ("comparison", r" != ", " == "),
    ("condition", r" && ", " || "), ("condition", r" \|\| ", " && "),
    ("condition", r"\bif \((?=[^()]*(?:\([^()]*\)[^()]*)*\)$)", "if (!!!("),
    ("negation", r"!(?=[a-z_(])", ""),
    ("mask", r" & ", " | "), ("mask", r" \| ", " & "), ("mask", r" \|= ", " &= "), ("mask", r" &= ", " |= "),
    ("mask", r"~", ""), ("shift", r" << ", " >> "), ("shift", r" >> ", " << "),
    ("arithmetic", r" \+ ", " - "), ("arithmetic", r" - ", " + "),
    ("arithmetic", r" \+= ", " -= "), ("arithmetic", r" -= ", " += "),
)]
# A call whose result nobody wants, such as an unmapping, a flush or a barrier; and a row of a table.
CALL = re.compile(r"^\t+[a-z_][\w>.\-]*\(.*\);$")
FUNCTION = re.compile(r"^[a-z_].*?\(?(\w+)\)?\([^;]*$")
ROW = re.compile(r"^\t\{ .* \},?$")


def sources():
    """What the unit tests of the hypervisor are made of, see hypervisor/tests/build.mk."""
    arch = "abort_decode id_regs psci smccc sysreg violation cpu abort trap".split()
    names = [f"hypervisor/arch/arm64/{name}.c" for name in arch]
    for folder in ("core", "irqchip", "uart"):
        names += [os.path.relpath(path, TOP) for path in glob.glob(f"{TOP}/hypervisor/{folder}/*.c")]
    return sorted(names)


def code(line):
    """The line with blanks for its comment and strings, so that columns stay."""
    line = re.sub(r'"(\\.|[^"\\])*"', lambda m: '"' + " " * (len(m[0]) - 2) + '"', line)
    return re.sub(r"/\*.*?(\*/|$)|//.*", lambda m: " " * len(m[0]), line)


def mutants_of(path):
    """`where` is the function; what is planted into it at several places is numbered from the second on."""
    found, comment, function, seen = [], False, "", collections.Counter()

    def add(rule, changed):
        after = changed.strip()
        seen[function, line.strip(), after] += 1
        times = seen[function, line.strip(), after]
        found.append(Mutant(path, number, function if times == 1 else f"{function} ({times})", rule, line, changed))

    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        lines = f.read().split("\n")
    for number, line in enumerate(lines):
        was, text = comment, code(line)
        comment = (line.rfind("/*") > line.rfind("*/")) or (comment and "*/" not in line)
        if FUNCTION.match(text):
            function = FUNCTION.match(text)[1]
        elif line[:1] not in ("", "\t", " ", "{", "/"):
            function = "(macro)" if line[0] == "#" else "(data)"
        if was or not line.startswith("\t") or text.lstrip().startswith("#"):
            continue
        for rule, pattern, new in RULES:
            for match in pattern.finditer(text):
                changed = line[:match.start()] + new + line[match.end():]
                if new.endswith("!!!("):
                    changed = line[:match.start()] + "if (!(" + line[match.end():-1] + "))"
                add(rule, changed)
        if CALL.match(text):
            add("call", re.match(r"\t+", line)[0] + ";")
        if ROW.match(text):
            add("row", "")
    return found


class Tree:
    """A copy of the sources that may be ruined, with the downloads of the real one."""

    def __init__(self, number):
        self.top = f"{TREE}{number}"
        shutil.rmtree(self.top, ignore_errors=True)
        names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split("\n")
        for name in filter(None, names):
            if os.path.isfile(os.path.join(TOP, name)):
                os.makedirs(os.path.dirname(os.path.join(self.top, name)), exist_ok=True)
                shutil.copy2(os.path.join(TOP, name), os.path.join(self.top, name))
        os.makedirs(os.path.join(self.top, "build"))
        for name in DOWNLOADS:
            os.symlink(os.path.join(TOP, "build", name), os.path.join(self.top, "build", name))
        self.programs = sorted(os.path.basename(path)[:-2]
                               for path in glob.glob(f"{self.top}/hypervisor/tests/test_*.c"))

    def make(self, kind, programs):
        """Builds programs; returns what make says, or None if all went well."""
        return self.make_files(kind, KINDS[kind][0],
                               [f"build/{kind}/unit/hypervisor/{name}" for name in programs])

    def make_files(self, kind, extra, files):
        env = {name: value for name, value in os.environ.items()
               if name not in ("B", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHONPATH")}
        # Set-up is done; that the copy of its scripts is newer is no reason to do it again.
        os.makedirs(f"{self.top}/build/{kind}", exist_ok=True)
        for name in DOWNLOADS:
            if not os.path.islink(f"{self.top}/build/{kind}/{name}"):
                os.symlink(os.path.join(TOP, "build", name), f"{self.top}/build/{kind}/{name}")
        old = [f"-obuild/{kind}/setup/{os.path.basename(path)}" for path in glob.glob(f"{TOP}/build/setup/*.mk")]
        done = subprocess.run(["make", "-s", f"B=build/{kind}", f"HT_EXTRA={extra}", *old, *files],
                              cwd=self.top, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=BUILD_SECONDS, check=False)
        return (done.stdout or "make failed") if done.returncode else None

    def fails(self, kind, program):
        # Some programs run themselves again: who takes too long ends with all its children.
        with subprocess.Popen([f"build/{kind}/unit/hypervisor/{program}"], cwd=self.top,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                              env={**os.environ, "TEST_SEED": "1"}) as process:
            try:
                return process.wait(KINDS[kind][1]) != 0
            except subprocess.TimeoutExpired:
                return True
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def covered(self):
        """{path: {line: programs that come by it}}, for each line that has code."""
        found = collections.defaultdict(lambda: collections.defaultdict(set))
        for program in self.programs:
            self.fails("coverage", program)
            folder = f"{self.top}/build/coverage/unit/hypervisor"
            for path, number, count in cover.gcov(folder, self.top):
                found[path][number] |= {program} if count else set()
            for data in glob.glob(f"{folder}/**/*.gcda", recursive=True):
                os.remove(data)
        return found


def candidates(mutant, covered, programs):
    """The programs that come by the line of a mutant. One that goes on from the line above belongs to that,
    and whether its own part is met depends on the mutant; tables have no lines with code."""
    lines = covered.get(mutant.path, {})
    near = [number for number in range(mutant.line + 1, mutant.line - 9, -1) if number in lines][:2]
    if not near or mutant.rule == "row":
        return programs
    return [program for program in programs if any(program in lines[number] for number in near)]


def likely_first(programs, path):
    """Those named after the source come first: most mutants end there."""
    name = os.path.basename(path)[:-2]
    near = {"cell": "cell_life", "gic_dist": "gic", "gic_filter": "gic", "gic_redist": "gic",
            "gic_spi": "gic", "gicv3": "gic", "gicv2_dist": "gicv2", "vpci": "ivshmem", "format": "console",
            "cell_config": "ownership", "smccc": "psci", "sysreg": "trap", "violation": "trap",
            "abort_decode": "trap", "abort": "trap", "cpu": "cell_life"}.get(name, name)
    # That of the traps goes through all encodings, which takes seconds.
    return sorted(programs, key=lambda program: (program != f"test_{near}", program == "test_trap", program))


def survived_in(path):
    """The mutants that survived in what a run printed."""
    with open(path, encoding="utf-8") as f:
        lines = re.findall(r"^ *\d+ survived +(\S+?):\d+: \w+: (.*)$", f.read(), re.M)
    return {f"{name}: {change}" for name, change in lines}


def text_of(mutant):
    """How a mutant is told from others, in what is printed and in ci/survivors.txt: without its line number."""
    return f"{mutant.path}: {mutant.where}: {mutant.before.strip()} -> {mutant.after.strip() or '(nothing)'}"


def take(texts, mutants):
    """Splits mutants: those in texts, and the others."""
    return [m for m in mutants if text_of(m) in texts], [m for m in mutants if text_of(m) not in texts]


def judge(mutant, tree, programs, kinds, target=None):
    """"stillborn" (does not compile), "survived", or the name of the test that notices it."""
    path = os.path.join(tree.top, mutant.path)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    lines = text.split("\n")
    lines[mutant.line] = mutant.after
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
        for kind in kinds:
            for program in likely_first(programs, mutant.path):
                if tree.make(kind, [program]):
                    return "stillborn"
                if tree.fails(kind, program):
                    return program
        return target and target.notices() or "survived"
    except subprocess.TimeoutExpired:
        return "stillborn"
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def run(drawn, jobs, kinds, row, tests):
    """Judges mutants, several at a time; prints and returns (mutant, verdict)s in the order drawn."""
    trees = queue.Queue()
    for number in range(jobs):
        tree = Tree(number)
        for kind in kinds:
            said = tree.make(kind, tree.programs)
            if said or any(tree.fails(kind, program) for program in tree.programs):
                sys.exit(f"{said or ''}\nthe unit tests ({kind}) fail without any mutant")
        target = mutate_target.Target(tree, BUILD, row, tests) if row else None
        said = target and target.notices()
        if said:
            sys.exit(f"{said}: the system tests fail without any mutant")
        trees.put((tree, target))
    said = tree.make("coverage", tree.programs)
    if said:
        sys.exit(said)
    covered = tree.covered()

    def one(mutant):
        tree, target = trees.get()
        try:
            return judge(mutant, tree, candidates(mutant, covered, tree.programs), kinds, target)
        finally:
            trees.put((tree, target))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for number, (mutant, verdict) in enumerate(zip(drawn, pool.map(one, drawn)), 1):
            print(f"{number:4} {verdict:18} {mutant.path}:{mutant.line + 1}: {mutant.rule}: "
                  f"{mutant.where}: {mutant.before.strip()} -> {mutant.after.strip() or '(nothing)'}", flush=True)
            yield mutant, verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=40, help="0: all")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--files", default="", help="part of the names of sources")
    parser.add_argument("--skip", type=int, default=0, help="so many of those drawn")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kinds", default="fast sanitized", help="of builds of the unit tests")
    parser.add_argument("--retry", type=int, default=0, help="1: what was judged by a person too")
    parser.add_argument("--again", default="", help="what a run printed: only what survived there")
    parser.add_argument("--target", default="", help="a row of ci/boards.tsv")
    parser.add_argument("--tests", default=TESTS, help="what runs there")
    args = parser.parse_args()

    everything = [m for path in sources() if args.files in path for m in mutants_of(path)]
    drawn = everything if args.count == 0 else random.Random(args.seed).sample(
        everything, min(args.count, len(everything)))
    print(f"SEED={args.seed}: {len(drawn)} of {len(everything)} mutants", flush=True)
    drawn = drawn[args.skip:]
    if args.again:
        drawn, _ = take(survived_in(args.again), drawn)
    if not args.retry:
        known, drawn = take(cover.judged(SURVIVORS), drawn)
        print(f"{len(known)} of them are judged in ci/survivors.txt, {len(drawn)} are tried", flush=True)
    counts, survivors = collections.Counter(), []
    for mutant, verdict in run(drawn, args.jobs, args.kinds.split(), args.target, args.tests.split()):
        counts[verdict if verdict in ("stillborn", "survived") else "noticed"] += 1
        if verdict == "survived":
            survivors.append(mutant)
    print(f"{counts['noticed']} noticed, {counts['survived']} survived, {counts['stillborn']} do not compile")
    for mutant in survivors:
        print(f"  {mutant.path}:{mutant.line + 1}: {mutant.rule}\n    - {mutant.before.strip()}\n"
              f"    + {mutant.after.strip() or '(nothing)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
