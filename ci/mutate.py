#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make mutants COUNT=N SEED=S`: plants mistakes into the hypervisor, by rule and one at a time, and sees
whether its unit tests notice. What they do not notice is listed: the test is missing, or the mistake
makes no difference, or only the real machine shows it.

Mutants are all places where a rule applies in the sources that the unit tests contain; COUNT of them are
drawn by SEED (COUNT=0: all, which takes a day). FILES= restricts them to sources whose names contain it.
"""

import argparse
import collections
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
TREE = os.path.join(BUILD, "mutants")
DOWNLOADS = ("setup", "kernels", "qemu", "busybox")
TEST_SECONDS = 120
BUILD_SECONDS = 300

Mutant = collections.namedtuple("Mutant", "path line rule before after")

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
    found, comment = [], False
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        lines = f.read().split("\n")
    for number, line in enumerate(lines):
        was, text = comment, code(line)
        comment = (line.rfind("/*") > line.rfind("*/")) or (comment and "*/" not in line)
        if was or not line.startswith("\t") or text.lstrip().startswith("#"):
            continue
        for rule, pattern, new in RULES:
            for match in pattern.finditer(text):
                changed = line[:match.start()] + new + line[match.end():]
                if new.endswith("!!!("):
                    changed = line[:match.start()] + "if (!(" + line[match.end():-1] + "))"
                found.append(Mutant(path, number, rule, line, changed))
        if CALL.match(text):
            found.append(Mutant(path, number, "call", line, re.match(r"\t+", line)[0] + ";"))
        if ROW.match(text):
            found.append(Mutant(path, number, "row", line, ""))
    return found


def make_tree():
    """A copy of the sources that may be ruined, with the downloads of the real one."""
    shutil.rmtree(TREE, ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split("\n")
    for name in filter(None, names):
        if os.path.isfile(os.path.join(TOP, name)):
            os.makedirs(os.path.dirname(os.path.join(TREE, name)), exist_ok=True)
            shutil.copy2(os.path.join(TOP, name), os.path.join(TREE, name))
    os.makedirs(os.path.join(TREE, "build"))
    for name in DOWNLOADS:
        os.symlink(os.path.join(TOP, "build", name), os.path.join(TREE, "build", name))


def make(goals):
    env = {name: value for name, value in os.environ.items()
           if name not in ("B", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHONPATH")}
    # Set-up is done; that the copy of its scripts is newer is no reason to do it again.
    old = [f"-o{path}" for path in glob.glob(f"{TREE}/build/setup/*.mk")]
    return subprocess.run(["make", "-s", *(o.replace(TREE + "/", "") for o in old), *goals], cwd=TREE,
                          env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=BUILD_SECONDS, check=False)


def suites():
    """Names of the programs, below the tree."""
    return sorted(f"build/unit/hypervisor/test_{os.path.basename(path)[len('test_'):-2]}"
                  for path in glob.glob(f"{TREE}/hypervisor/tests/test_*.c"))


def likely_first(programs, path):
    """Those named after the source come first: most mutants end there."""
    name = os.path.basename(path)[:-2]
    near = {"cell": "cell_life", "gic_dist": "gic", "gic_filter": "gic", "gic_redist": "gic",
            "gic_spi": "gic", "gicv3": "gic", "gicv2_dist": "gicv2", "vpci": "ivshmem", "format": "console",
            "cell_config": "ownership", "smccc": "psci", "sysreg": "trap", "violation": "trap",
            "abort_decode": "trap", "abort": "trap", "cpu": "cell_life"}.get(name, name)
    return sorted(programs, key=lambda program: (os.path.basename(program) != f"test_{near}", program))


def fails(program):
    try:
        return subprocess.run([os.path.join(TREE, program)], cwd=TREE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=TEST_SECONDS, check=False,
                              env={**os.environ, "TEST_SEED": "1"}).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def judge(mutant, programs):
    """"stillborn" (does not compile), "survived", or the name of the program that notices it."""
    path = os.path.join(TREE, mutant.path)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    lines = text.split("\n")
    lines[mutant.line] = mutant.after
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
        for program in likely_first(programs, mutant.path):
            if make([program]).returncode:
                return "stillborn"
            if fails(program):
                return os.path.basename(program)
        return "survived"
    except subprocess.TimeoutExpired:
        return "stillborn"
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=40, help="0: all")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--files", default="", help="part of the names of sources")
    args = parser.parse_args()

    everything = [m for path in sources() if args.files in path for m in mutants_of(path)]
    drawn = everything if args.count == 0 else random.Random(args.seed).sample(
        everything, min(args.count, len(everything)))
    print(f"SEED={args.seed}: {len(drawn)} of {len(everything)} mutants", flush=True)
    make_tree()
    programs = suites()
    done = make(programs)
    if done.returncode or any(fails(program) for program in programs):
        print(done.stdout + "\nthe unit tests fail without any mutant", file=sys.stderr)
        return 1
    counts, survivors = collections.Counter(), []
    for number, mutant in enumerate(drawn, 1):
        verdict = judge(mutant, programs)
        counts[verdict if verdict in ("stillborn", "survived") else "noticed"] += 1
        print(f"{number:4} {verdict:18} {mutant.path}:{mutant.line + 1}: {mutant.rule}: "
              f"{mutant.before.strip()} -> {mutant.after.strip() or '(nothing)'}", flush=True)
        if verdict == "survived":
            survivors.append(mutant)
    print(f"{counts['noticed']} noticed, {counts['survived']} survived, {counts['stillborn']} do not compile")
    for mutant in survivors:
        print(f"  {mutant.path}:{mutant.line + 1}: {mutant.rule}\n    - {mutant.before.strip()}\n"
              f"    + {mutant.after.strip() or '(nothing)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
