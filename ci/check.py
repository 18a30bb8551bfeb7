#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make check`: builds, runs unit tests, gates and system tests, and counts.

The last line is "N passed, N failed, N skipped", alone; the exit status is 0 if nothing failed. A
build that fails, a program that crashes and a runner that ends without a result count as failed.
"""

import argparse
import glob
import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

import boards

CI = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(CI)
BUILD = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
REPORTS = os.path.join(BUILD, "reports")
UNIT_SECONDS = 300
GATE_SECONDS = 300
BENCH_SECONDS = 300
SECTIONS = ("build", "unit", "gates", "bench", "system")


class Count:
    """Sums, and the names of what failed."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def add(self, passed=0, failed=(), skipped=0):
        self.passed += passed
        self.failed += len(failed)
        self.skipped += skipped
        self.failures += failed


def say(label, text):
    print(f"  {label:<7} {text}", flush=True)


def clean_environment():
    """Ours, without what belongs to the make that started us."""
    return {name: value for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_TERMOUT", "MAKE_TERMERR")}


def make(*goals, capture=False):
    return subprocess.run(["make", *goals], cwd=TOP, env=clean_environment(), check=False, text=True,
                          stdout=subprocess.PIPE if capture else None)


def git_status():
    return subprocess.run(["git", "status", "--porcelain"], cwd=TOP, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


# --- the sections -------------------------------------------------------------------------------

def build(count):
    before = git_status()
    for goals in (("all", "initramfs", "firmware"), ("unit-tests", "bench-plugin", "selftest-image")):
        if make("-k", *goals).returncode:
            count.add(failed=[f"make {' '.join(goals)}"])
        else:
            count.add(passed=1)
    dirt = set(git_status().split("\n")) - set(before.split("\n"))
    if dirt:
        count.add(failed=[f"the build leaves files in the source tree: {', '.join(sorted(dirt))}"])
    else:
        count.add(passed=1)


def parse_cmocka(text):
    """(passed, names of failed tests, skipped) from what a cmocka program wrote. A test that was
    begun and has no result has failed: the program crashed in it."""
    passed = skipped = 0
    failed = []
    for part in re.split(r"^\[ RUN      \] ", text, flags=re.M)[1:]:
        name, _, rest = part.partition("\n")
        rest = rest.split("[==========]")[0]
        if re.search(r"^\[       OK \]", rest, re.M):
            passed += 1
        elif re.search(r"^\[  SKIPPED \]", rest, re.M):
            skipped += 1
        else:
            failed.append(name.strip())
    return passed, failed, skipped


def unit(count, binaries, pytests):
    for binary in binaries:
        name = os.path.basename(binary)
        try:
            done = subprocess.run([os.path.abspath(binary)], cwd=TOP, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace",
                                  timeout=UNIT_SECONDS, check=False)
            status, text = done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            status, text = f"no end within {UNIT_SECONDS} s", ""
        except OSError as error:
            status, text = f"it does not start: {error}", ""
        passed, failed, skipped = parse_cmocka(text)
        failures = [f"{name}: {test}" for test in failed]
        if status != 0 and not failures:
            failures = [f"{name}: exit status {status}"]
        if status == 0 and passed + skipped == 0:
            failures = [f"{name}: ended well without running a test"]
        count.add(passed, failures, skipped)
        say("TEST", f"{name}: {passed} passed" + (f", {len(failures)} FAILED" if failures else ""))
        if failures:
            print(text)
    existing = [name for name in pytests if os.path.exists(os.path.join(TOP, name))]
    if existing:
        pytest(count, "unit", existing, UNIT_SECONDS)


def gates(count):
    env = clean_environment()
    for path in sorted(glob.glob(os.path.join(CI, "gates", "gate_*.py"))):
        name = os.path.basename(path)[len("gate_"):-len(".py")]
        if name == "lib":
            continue
        started = time.monotonic()
        try:
            done = subprocess.run([sys.executable, path], cwd=TOP, env=env, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=GATE_SECONDS)
            status, text = done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            status, text = 1, f"no end within {GATE_SECONDS} s"
        say("GATE", f"{name}: {'ok' if status == 0 else 'FAILED'} "
                    f"({time.monotonic() - started:.1f} s)")
        if text.strip():
            print("    " + text.rstrip().replace("\n", "\n    "), flush=True)
        if status:
            count.add(failed=[f"gate {name}"])
        else:
            count.add(passed=1)


def bench(count):
    """Counts of EL2 instructions are exact, so a target that is missed is a failed test."""
    result = os.path.join(BUILD, "bench.json")
    if os.path.exists(result):
        os.remove(result)
    done = None
    try:
        done = subprocess.run([sys.executable, os.path.join(CI, "bench.py")], cwd=TOP, check=False,
                              env=clean_environment(), timeout=BENCH_SECONDS, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with open(result, encoding="utf-8") as f:
            rows = json.load(f)["rows"]
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        print(done.stdout if done else "", flush=True)
        count.add(failed=[f"make bench: {error}"])
        return
    judged = [row for row in rows if row["verdict"] in ("reached", "missed")]
    missed = [f"bench: {row['operation']}" for row in judged if row["verdict"] == "missed"]
    say("BENCH", f"{len(judged)} targets, {len(missed)} missed")
    if missed or not judged or done.returncode:
        print(done.stdout, flush=True)
    if not judged or (done.returncode and not missed):
        missed.append(f"make bench ended with {done.returncode}")
    count.add(passed=len(judged) - len([m for m in missed if m.startswith("bench:")]),
              failed=missed)


def pytest(count, name, what, seconds, extra=()):
    os.makedirs(REPORTS, exist_ok=True)
    os.makedirs(os.path.join(BUILD, "tmp"), exist_ok=True)
    report = os.path.join(REPORTS, f"{name}.xml")
    if os.path.exists(report):
        os.remove(report)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
               f"--junitxml={report}", f"--basetemp={BUILD}/tmp/pytest-{name}", *extra, *what]
    try:
        status = subprocess.run(command, cwd=TOP, env=clean_environment(), timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        status = f"no end within {seconds} s"
    try:
        cases = xml.etree.ElementTree.parse(report).getroot().iter("testcase")
    except (OSError, xml.etree.ElementTree.ParseError):
        count.add(failed=[f"{name} tests: pytest left no result (exit status {status})"])
        return
    before = count.failed
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            count.add(failed=[f"{case.get('classname')}::{case.get('name')}"])
        elif case.find("skipped") is not None:
            count.add(skipped=1)
        else:
            count.add(passed=1)
    # 5: no test was collected.
    if status not in (0, 5) and count.failed == before:
        count.add(failed=[f"{name} tests: pytest ended with {status}"])


def system(count):
    workers = int(os.environ.get("SYSTEM_JOBS", "2"))
    # Far more than the rows say, since others may use the machine, or there is one guest at a time.
    seconds = 3 * sum(row.seconds for row in boards.chosen())
    pytest(count, "system", ["ci/system"], seconds,
           ["-n", str(workers), "--dist", "loadgroup"] if workers > 1 else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--only", choices=SECTIONS[1:])
    parser.add_argument("--no-build", action="store_true")
    args = parser.parse_args()

    count = Count()
    started = time.monotonic()
    for section in SECTIONS:
        if section == "build" and args.no_build or args.only and section not in ("build", args.only):
            continue
        print(f"== {section} ({time.monotonic() - started:.0f} s)", flush=True)
        if section == "build":
            build(count)
        elif section == "unit":
            listed = make("-s", "unit-list", capture=True)
            if listed.returncode:
                count.add(failed=["make unit-list"])
                continue
            words = [line.split(" ", 1) for line in listed.stdout.split("\n") if " " in line]
            unit(count, [name for kind, name in words if kind == "unit" and name],
                 [name for kind, name in words if kind == "pytest" and name])
        elif section == "gates":
            gates(count)
        elif section == "bench":
            bench(count)
        else:
            system(count)
    print(f"== end ({time.monotonic() - started:.0f} s)")
    for failure in count.failures:
        say("FAILED", failure)
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped", flush=True)
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
