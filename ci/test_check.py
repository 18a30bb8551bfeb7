# SPDX-License-Identifier: GPL-2.0
"""What counts the tests is tested, too: no failure may be lost on the way to the last line."""

import glob
import os
import re
import stat
import subprocess
import sys
import time
import types

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import boards  # noqa: E402
import check  # noqa: E402
import cover  # noqa: E402
import mutate  # noqa: E402
import mutate_target  # noqa: E402

CMOCKA = """\
[==========] Running 4 test(s).
[ RUN      ] good
[       OK ] good
[ RUN      ] bad
[  ERROR   ] --- 0x1 != 0x2
[   LINE   ] --- t.c:7: error: Failure!
[  FAILED  ] bad
[ RUN      ] left_out
[  SKIPPED ] left_out
[ RUN      ] no_setup
Could not run test: Test setup failed
[  ERROR   ] no_setup
[==========] 4 test(s) run.
[  PASSED  ] 1 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] left_out
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] bad

 2 FAILED TEST(S)
"""


@pytest.fixture
def program(tmp_path):
    """Makes a program that prints a text and ends with a status; returns its counts."""
    def run(text, status):
        path = tmp_path / "test_program"
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}END\nexit {status}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        count = check.Count()
        check.unit(count, [str(path)], [])
        return count.passed, count.failed, count.skipped
    return run


def test_cmocka_results_are_counted(program):
    assert program(CMOCKA, 2) == (1, 2, 1)


def test_crash_counts_as_failure(program):
    assert program("[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n", 139) == (1, 1, 0)
    assert program("[ RUN      ] a\n[       OK ] a\n", 1) == (1, 1, 0)


def test_no_test_at_all_counts_as_failure(program):
    assert program("", 0) == (0, 1, 0)


def test_missing_program_counts_as_failure():
    count = check.Count()
    check.unit(count, ["/nowhere/test"], [])
    assert count.failed == 1


@pytest.mark.parametrize("body, expected", [
    ("def test_a(): pass\n", (1, 0, 0)),
    ("def test_a(): assert 0\ndef test_b(): pass\n", (1, 1, 0)),
    ("import pytest\n@pytest.fixture\ndef f(): 1 / 0\ndef test_a(f): pass\n", (0, 1, 0)),
    ("import pytest\ndef test_a(): pytest.skip()\n", (0, 0, 1)),
    ("import nonsense\n", (0, 1, 0)),
    ("def test_a():\n    import os\n    os._exit(0)\n", (0, 1, 0)),
])
def test_pytest_results_are_counted(tmp_path, monkeypatch, body, expected):
    monkeypatch.setattr(check, "BUILD", str(tmp_path))
    monkeypatch.setattr(check, "REPORTS", str(tmp_path / "reports"))
    (tmp_path / "test_planted.py").write_text(body)
    count = check.Count()
    check.pytest(count, "planted", [str(tmp_path / "test_planted.py")], 60)
    assert (count.passed, count.failed, count.skipped) == expected


def special(test):
    """Is this file for special machines only?"""
    with open(os.path.join(check.TOP, "ci", "system", f"test_{test}.py"), encoding="utf-8") as f:
        return re.search(r"^SPECIAL = True", f.read(), re.M)


def test_boards_table():
    rows = boards.load()
    assert len({row.board for row in rows}) == len(rows)
    configs = {os.path.basename(name)[:-2]
               for name in glob.glob(os.path.join(check.TOP, "configs", "*", "*.c"))}
    tests = {os.path.basename(name)[5:-3]
             for name in glob.glob(os.path.join(check.TOP, "ci", "system", "test_*.py"))}
    for row in rows:
        assert row.root in configs and f"{row.cells}-inmate-demo" in configs, row
        for names in (row.tests, row.check):
            assert set(names.split(",")) <= {*tests, "all", ""}, row
        assert row.firmware in ("", "rpi4", "tfa"), row
        assert row.tests and row.seconds > 0, row
    ordinary = {name for name in tests if not special(name)}
    # What make check leaves to check-all on one kernel, for its time: little of it depends on the kernel.
    for kernel, left in (("6.1", set()), ("6.12", {"refuse", "soak", "jailbreak"})):
        checked = {name for row in rows if row.kernel == kernel for name in row.check.split(",")}
        assert "all" in checked or ordinary - left <= checked, kernel


def test_board_that_is_not_there(monkeypatch):
    monkeypatch.setenv("BOARDS", "nonsense")
    with pytest.raises(SystemExit, match="no board nonsense.*virt-gicv3-6.1"):
        boards.chosen()


def test_bad_row_is_refused(tmp_path):
    (tmp_path / "b.tsv").write_text("board\tkernel\na\n")
    with pytest.raises(ValueError, match="one field per column"):
        boards.load(tmp_path / "b.tsv")


def test_mutants(tmp_path, monkeypatch):
    monkeypatch.setattr(mutate, "TOP", str(tmp_path))
    (tmp_path / "a.c").write_text('/*\n\ta < b\n */\nint f(void)\n{\n\tif (a < b) /* c < d */\n'
                                  '\t\tprint("x == y");\n\tprint("x == y");\n\treturn a;\n}\n'
                                  'static const int t[] = {\n\t{ 1 },\n};\n\nstatic void g(int *a,\n\t      int b)\n'
                                  '{\n\tcall();\n}\n#define M \\\n\tcall();\n')
    found = {(m.line, m.where, m.rule, m.after.strip()) for m in mutate.mutants_of("a.c")}
    assert found == {(5, "f", "comparison", "if (a <= b) /* c < d */"), (6, "f", "call", ";"),
                     (7, "f (2)", "call", ";"), (11, "(data)", "row", ""), (17, "g", "call", ";"),
                     (20, "(macro)", "call", ";")}
    assert all(os.path.exists(os.path.join(check.TOP, name)) for name in mutate.sources())

    # Who comes by: by the line itself or the code above it; a row of a table has no code.
    covered = {"a.c": {2: {"x"}, 4: {"x", "y"}, 5: set(), 30: {"z"}}}

    def who(line, rule="mask", path="a.c"):
        return mutate.candidates(mutate.Mutant(path, line - 1, "", rule, "", ""), covered, ["x", "y", "z"])

    assert who(4) == who(6) == ["x", "y"] and who(2) == who(3) == ["x"]
    assert who(30) == ["z"]
    assert who(20) == who(4, "row") == who(4, path="b.c") == ["x", "y", "z"]


def test_mutants_judged_before(tmp_path):
    mutants = [mutate.Mutant("a.c", line, where, "call", "\tg();", "\t;") for line, where in
               enumerate(("f", "f (2)", "h"))]
    log = tmp_path / "log"
    log.write_text("   1 survived           a.c:1: call: f: g(); -> ;\n   2 test_x             a.c:2: call: f (2): g(); -> ;\n"
                   "   3 survived           a.c:3: call: h: g(); -> ;\n")
    assert mutate.take(mutate.survived_in(log), mutants) == ([mutants[0], mutants[2]], [mutants[1]])
    known = tmp_path / "survivors.txt"
    known.write_text("# comment\n\na.c: h: g(); -> ;\n\tequivalent\n")
    assert cover.judged(known) == {"a.c: h: g(); -> ;": ["equivalent"]}
    for wrong in ("a.c: g(); -> ;\n\n\tequivalent\n", "\tequivalent\n", "a\nb\n\tc\n"):
        known.write_text(wrong)
        with pytest.raises(SystemExit):
            cover.judged(known)
    # What was judged of this repository can be read.
    assert cover.judged(mutate.SURVIVORS) and cover.judged(cover.UNREACHED)


def test_program_that_hangs_ends_with_its_children(tmp_path, monkeypatch):
    program = tmp_path / "build/fast/unit/hypervisor/hangs"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nsleep 1000 &\necho $! >child\nwait\n")
    program.chmod(0o755)
    monkeypatch.setitem(mutate.KINDS, "fast", ("", 0.5))
    tree = mutate.Tree.__new__(mutate.Tree)
    tree.top = str(tmp_path)
    assert tree.fails("fast", "hangs")
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        try:
            with open(f"/proc/{child}/stat", encoding="utf-8") as f:
                if f.read().split(")")[-1].split()[0] == "Z":
                    return
        except FileNotFoundError:
            return
        time.sleep(0.05)
    pytest.fail("the child goes on")


@pytest.fixture
def target(tmp_path):
    """A build with what a guest has, and a tree whose hypervisor is a mutant."""
    for name in ("driver", "hypervisor", "initramfs", "logs", "mutants", "mutants-2"):
        (tmp_path / "build" / name).mkdir(parents=True)
    tree = types.SimpleNamespace(top=str(tmp_path / "tree"), make_files=lambda *_: 0)
    return mutate_target.Target(tree, str(tmp_path / "build"), "virt-gicv3-6.12", ["story", "cells"])


def test_mutant_on_a_machine(target, tmp_path):
    """It has the mutant, and all else of the real build; what a run writes stays in its own folder."""
    folder = tmp_path / "tree/build/machine"
    assert sorted(os.listdir(folder)) == ["driver", "hypervisor"]
    assert os.path.realpath(folder / "driver") == str(tmp_path / "build/driver")
    assert sorted(os.listdir(folder / "hypervisor")) == ["jailhouse.bin", "jailhouse.elf"]
    assert os.path.realpath(folder / "hypervisor/jailhouse.bin") == str(
        tmp_path / "tree/build/image/hypervisor/jailhouse.bin")
    assert all(os.path.exists(test) for test in target.tests) and len(target.tests) == 2


@pytest.mark.parametrize("status, output, verdict", (
    (0, "3 passed", None),
    (1, "FAILED ci/system/test_cells.py::test_life[virt-gicv3-6.12] - assert\n1 failed", "test_cells"),
    (1, "ERROR ci/system/test_story.py::test_story[virt-gicv3-6.12] - GuestError", "test_story"),
    # No test of the machine says so: it must not be taken for one that passed.
    (4, "ERROR: file or directory not found: test_x.py", "pytest 4"),
    (None, "", "too slow")))
def test_verdict_of_a_machine(target, monkeypatch, status, output, verdict):
    runs = []

    def run(command, **options):
        runs.append((command, options))
        if len(runs) == 2 and status is None:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return types.SimpleNamespace(returncode=status, stdout=output)

    monkeypatch.setattr(subprocess, "run", run)
    assert target.notices() == verdict
    (archive, how), (tests, options) = runs
    assert archive[1].endswith("mkinitramfs.py") and how["check"]
    assert tests[-2:] == target.tests
    assert options["env"]["B"] == target.folder and options["env"]["BOARDS"] == "virt-gicv3-6.12"


def test_mutant_without_an_image(target, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("there is nothing to run"))
    target.tree.make_files = lambda *_: 1
    assert target.notices() == "stillborn"


def test_coverage(tmp_path, monkeypatch):
    monkeypatch.setattr(cover, "TOP", str(tmp_path))
    (tmp_path / "hypervisor").mkdir()
    (tmp_path / "hypervisor" / "a.c").write_text("one();\n\ttwo();\nthree();\nfour();\n")
    assert cover.source_name(str(tmp_path / "hypervisor/../hypervisor/a.c")) == "hypervisor/a.c"
    assert cover.source_name("hypervisor/tests/a.c") is None and cover.source_name("/usr/a.h") is None
    # Line 3 was left out by the linker, line 4 is reached by a unit test alone.
    lines, unreached = cover.table({"hypervisor/a.c": {1: True, 2: False, 4: False}},
                                      {"hypervisor/a.c": {1, 3, 4}})
    assert [line.split()[1:] for line in lines[1:]] == [["3", "1", "2", "1"]] * 2
    monkeypatch.setattr(cover, "UNREACHED", str(tmp_path / "reasons"))
    (tmp_path / "reasons").write_text("hypervisor/a.c: four();\n\told\n")
    assert cover.write_report(unreached, tmp_path / "report") == (1, ["hypervisor/a.c: four();"])
    assert (tmp_path / "report").read_text() == "hypervisor/a.c:2: two();\n\t?\n"
    (tmp_path / "reasons").write_text("hypervisor/a.c: two();\n\twhy\n")
    assert cover.write_report(unreached, tmp_path / "report") == (0, [])
    assert (tmp_path / "report").read_text() == "hypervisor/a.c:2: two();\n\twhy\n"
    # Braces are no lines of their own.
    (tmp_path / "hypervisor" / "a.c").write_text("{\n\ttwo();\n}\n")
    assert cover.without_braces({"hypervisor/a.c": {1: False, 2: False, 3: True}}) == {"hypervisor/a.c": {2: False}}
