#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make coverage`: which lines of the hypervisor do the tests reach? On this machine, where the unit tests
run with gcov; and in EL2, where a plugin of QEMU notes each instruction that the system tests execute.
What the linker left is what counts; a line is reached if any of its instructions is.

Prints a table, and writes the lines that nobody reaches to build/reports/coverage.txt. test_selftest.py
runs another image, and test_refuse.py damaged ones; they are left out. Braces count with what they enclose.

Why a line is reached by nobody is in ci/unreached.txt. A line that is not there, and one that is there though
it is reached or gone, makes the command fail.
"""

import collections
import glob
import json
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
HOST = os.path.join(BUILD, "coverage")
ELF = os.path.join(BUILD, "hypervisor", "jailhouse.elf")
PLUGIN = os.path.join(BUILD, "bench", "cover_el2.so")
EXECUTED = os.path.join(HOST, "el2.executed")
UNREACHED = os.path.join(TOP, "ci", "unreached.txt")
REPORT = os.path.join(BUILD, "reports", "coverage.txt")
# Both kernels, both interrupt controllers, a CPU with all features, the UARTs of the boards, and a spin-table.
ROWS = "virt-gicv3-6.1,virt-gicv2-6.12,virt-max-6.12,zcu102-6.1,imx8mp-evk-6.1,rpi4-6.1,rpi4-spintable-6.1"
LEFT_OUT = ("selftest", "refuse")
INSN = 4
UNIT_SECONDS = 300


def judged(path):
    """{text: [reasons]} of a file: a line of text, below it the reason with a tab before it. The same text may
    stand for several places, and is then there as often."""
    found, text = collections.defaultdict(list), None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("\t") and text:
                found[text].append(line.strip())
                text = None
            elif text or line.startswith("\t"):
                sys.exit(f"{path}:{number}: a reason without its line, or a line without its reason")
            elif line.strip() and not line.startswith("#"):
                text = line.strip()
    return found


def source_name(path):
    """Relative to the top, None for what is not the hypervisor's."""
    path = os.path.relpath(os.path.normpath(os.path.join(TOP, path)), TOP)
    return path if path.startswith("hypervisor/") and "/tests/" not in path else None


# --- the unit tests ---------------------------------------------------------------------------------


def run_unit_tests():
    for path in glob.glob(f"{HOST}/unit/**/*.gcda", recursive=True):
        os.remove(path)
    for program in sorted(glob.glob(f"{HOST}/unit/hypervisor/test_*")):
        if subprocess.run([program], cwd=TOP, check=False, timeout=UNIT_SECONDS, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode:
            print(f"{os.path.basename(program)} fails: what it reached counts nevertheless")


def gcov(folder, top):
    """(source file, line, how often it was executed)s of all that was executed below a folder."""
    for path in glob.glob(f"{folder}/**/*.gcda", recursive=True):
        done = subprocess.run(["gcov", "--json-format", "--stdout", path], cwd=top, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for file in json.loads(done.stdout)["files"]:
            for line in file["lines"]:
                yield os.path.normpath(file["file"]), line["line_number"], line["count"]


def host_lines():
    """{file: {line}} that unit tests executed."""
    reached = collections.defaultdict(set)
    for path, number, count in gcov(f"{HOST}/unit", TOP):
        name = source_name(path)
        if name and count:
            reached[name].add(number)
    return reached


# --- the image --------------------------------------------------------------------------------------


def symbol(name):
    text = subprocess.run(["aarch64-linux-gnu-nm", ELF], check=True, capture_output=True, text=True).stdout
    return int(re.search(rf"^(\w+) \w {name}$", text, re.M)[1], 16)


def image_lines(executed, base, size):
    """{file: {line: reached}} of the image. Where a function is inlined the line inside it counts."""
    addresses = "\n".join(f"{base + at:#x}" for at in range(0, size, INSN))
    text = subprocess.run(["aarch64-linux-gnu-addr2line", "-e", ELF], input=addresses, check=True,
                          capture_output=True, text=True).stdout
    lines = collections.defaultdict(dict)
    for index, place in enumerate(text.split("\n")[:-1]):
        path, _, number = place.partition(" ")[0].rpartition(":")
        name = source_name(path)
        if name and number.isdigit() and int(number):
            lines[name][int(number)] = lines[name].get(int(number), False) or bool(executed[index])
    return lines


def run_system_tests(rows, base, size):
    with open(EXECUTED, "wb") as f:
        f.write(bytes(size // INSN))
    tests = [path for path in sorted(glob.glob(f"{TOP}/ci/system/test_*.py"))
             if os.path.basename(path)[len("test_"):-len(".py")] not in LEFT_OUT]
    environment = {**os.environ, "BOARDS": rows, "B": BUILD, "PYTHONPATH": os.path.join(TOP, "ci"),
                   "PYTHONDONTWRITEBYTECODE": "1",
                   "COVER_EL2": f"{PLUGIN},text={base:x},size={size:x},out={EXECUTED}"}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
                           "-n", "2", "--dist", "loadgroup", *tests], cwd=TOP, check=False,
                          env=environment).returncode


# --- the report -------------------------------------------------------------------------------------


def lines_of(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return [line.strip() for line in f.read().split("\n")]


def without_braces(lines):
    """{file: {line: reached}} without lines that are braces alone."""
    return {name: {number: reached for number, reached in numbers.items()
                   if lines_of(name)[number - 1].strip("{} ")} for name, numbers in lines.items()}


def write_report(unreached, path):
    """Returns how many lines have no reason, and the reasons for which there is no line."""
    reasons, unknown = judged(UNREACHED), 0
    with open(path, "w", encoding="utf-8") as report:
        for name, numbers in sorted(unreached.items()):
            source = lines_of(name)
            for number in sorted(numbers):
                known = reasons.get(f"{name}: {source[number - 1]}")
                unknown += not known
                report.write(f"{name}:{number}: {source[number - 1]}\n\t{known.pop(0) if known else '?'}\n")
    return unknown, [text for text, left in reasons.items() if left]


def table(image, host):
    """Lines of the table, {file: lines that nobody reached}."""
    rows, unreached, sums = [], {}, [0, 0, 0, 0]
    for name, lines in sorted(image.items()):
        el2 = {number for number, reached in lines.items() if reached}
        unit = host.get(name, set()) & set(lines)
        unreached[name] = set(lines) - el2 - unit
        row = [len(lines), len(el2), len(unit), len(unreached[name])]
        sums = [a + b for a, b in zip(sums, row)]
        rows.append(f"{name:44} {row[0]:6} {row[1]:6} {row[2]:6} {row[3]:6}")
    head = f"{'file':44} {'lines':>6} {'EL2':>6} {'unit':>6} {'nobody':>6}"
    return [head, *rows, f"{'all':44} {sums[0]:6} {sums[1]:6} {sums[2]:6} {sums[3]:6}"], unreached


def main():
    rows = sys.argv[1] if len(sys.argv) > 1 else ROWS
    base = symbol("image_start")
    size = symbol("text_end") - base
    run_unit_tests()
    print(f"system tests on {rows}", flush=True)
    status = run_system_tests(rows, base, size)
    with open(EXECUTED, "rb") as f:
        executed = f.read()
    lines, unreached = table(without_braces(image_lines(executed, base, size)), host_lines())
    os.makedirs(os.path.dirname(REPORT), exist_ok=True)
    unknown, stale = write_report(unreached, REPORT)
    print("\n".join(lines))
    print(f"lines that nobody reached: {os.path.relpath(REPORT, TOP)}; for {unknown} of them no reason is in "
          f"{os.path.relpath(UNREACHED, TOP)}")
    for text in stale:
        print(f"reached, or gone, but in {os.path.relpath(UNREACHED, TOP)}: {text}")
    if status:
        print("some system tests failed: what they would have reached is missing")
    return 1 if status or unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main())
