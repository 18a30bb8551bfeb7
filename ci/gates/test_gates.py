# SPDX-License-Identifier: GPL-2.0
"""Every gate is seen to fail on the mistake that it exists for, and to pass without it."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import gate_basenames  # noqa: E402
import gate_budget  # noqa: E402
import gate_clang  # noqa: E402
import gate_cppcheck  # noqa: E402
import gate_format  # noqa: E402
import gate_headers  # noqa: E402
import gate_hygiene  # noqa: E402
import gate_lib  # noqa: E402
import gate_ranks  # noqa: E402
import gate_spdx  # noqa: E402
import gate_spelling  # noqa: E402

GPL = "/* SPDX-License-Identifier: GPL-2.0 */\n"
DUAL = "/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */\n"


@pytest.fixture
def plant(tmp_path):
    """Makes a tree of the given files and returns what a gate finds in it."""
    def planted(gate, files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        tree = gate_lib.Tree(tmp_path)
        # The generated header, so that the test needs no build.
        generated = tmp_path / ".build" / "include" / "generated"
        generated.mkdir(parents=True, exist_ok=True)
        (generated / "config.h").write_text("#define CONFIG_MAX_CPUS 64\n")
        tree.build = str(tmp_path / ".build")
        return gate.findings(tree)
    return planted


def test_format(plant):
    good = "int f(int a)\n{\n\tif (a)\n\t\treturn 1;\n\treturn 0;\n}\n"
    assert not plant(gate_format, {"a.c": good})
    assert plant(gate_format, {"a.c": good.replace("\t", "  ")})[0].startswith("a.c:")


@pytest.mark.parametrize("files, words", [
    ({"hypervisor/core/a.c": "#include <jailhouse/x.h>\n"}, None),
    ({"hypervisor/core/a.c": "#include <hyp/h.h>\n#include <arch/c.h>\n"}, None),
    ({"hypervisor/arch/arm64/a.c": '#include "private.h"\n'}, None),
    ({"hypervisor/core/a.c": '#include "../arch/arm64/private.h"\n'}, "private.h"),
    ({"hypervisor/core/a.c": "#include <stdio.h>\n"}, "stdio.h"),
    ({"hypervisor/core/a.c": '#include "nowhere.h"\n'}, "not in its folder"),
    ({"hypervisor/core/a.c": '#include "../uart/uart_drivers.h"\n'}, "uart"),
    ({"hypervisor/uart/pl011.c": '#include "uart_drivers.h"\n'}, None),
    ({"hypervisor/uart/other.c": '#include "pl011.h"\n', "hypervisor/uart/pl011.h": "\n",
      "hypervisor/uart/pl011.c": '#include "pl011.h"\n'}, "belongs to the driver pl011"),
    ({"hypervisor/uart/a.c": '#include "b.c"\n', "hypervisor/uart/b.c": "\n"}, "source file"),
    ({"driver/drv_a.c": "#include <linux/slab.h>\n#include <jailhouse/x.h>\n"}, None),
    ({"driver/drv_a.c": "#include <hyp/h.h>\n"}, "core public"),
    ({"tools/a.c": "#include <stdio.h>\n#include <jailhouse/x.h>\n"}, None),
    ({"tools/a.c": "#include <hyp/h.h>\n"}, "core public"),
    ({"tools/tests/a.c": '#include "t.h"\n', "tools/t.h": "\n"}, None),
    ({"tools/tests/a.c": "#include <hyp/h.h>\n"}, "core public"),
    ({"tools/a.c": "#include <hyp/gone.h>\n"}, "from outside"),
    ({"inmates/demos/a.c": "#include <arch/c.h>\n"}, "arch contract"),
    ({"include/jailhouse/y.h": "#include <hyp/h.h>\n"}, "core public"),
    ({"configs/b/c.c": '#include "../../include/jailhouse/x.h"\n'}, "by quotes"),
    ({"configs/b/c.c": '#include "d.c"\n', "configs/b/d.c": "\n"}, None),
    ({"newfolder/a.c": "\n"}, "no layer"),
])
def test_ranks(plant, files, words):
    known = {"include/jailhouse/x.h": "\n", "hypervisor/include/hyp/h.h": "\n",
             "hypervisor/arch/arm64/include/arch/c.h": "\n",
             "hypervisor/arch/arm64/private.h": "\n", "hypervisor/uart/uart_drivers.h": "\n"}
    found = plant(gate_ranks, {**known, **files})
    if words is None:
        assert not found
    else:
        assert len(found) == 1 and words in found[0]


def test_headers(plant):
    head = GPL + "#pragma once\n"
    assert not plant(gate_headers, {"include/jailhouse/a.h": head + "struct a { int b; };\n"})
    assert "does not compile alone" in plant(
        gate_headers, {"include/jailhouse/a.h": head + "struct a { u32 b; };\n"})[0]
    assert "no #pragma once" in plant(
        gate_headers, {"include/jailhouse/a.h": GPL + "struct a { int b; };\n"})[0]
    assert plant(gate_headers, {"include/jailhouse/a.h": head + "int b;\n",
                                "hypervisor/uart/u.h": head + "int u[CONFIG_UNKNOWN];\n"})


def test_basenames(plant):
    assert not plant(gate_basenames, {"a/x.c": "", "b/y.c": "", "a/build.mk": "", "b/build.mk": "",
                                      "configs/p/board.h": "", "configs/q/board.h": ""})
    assert "x.c" in plant(gate_basenames, {"a/x.c": "", "b/x.c": ""})[0]


def test_spdx(plant):
    assert not plant(gate_spdx, {"a.c": GPL, "include/a.h": DUAL, "Makefile": "# " + GPL[3:-3]})
    assert len(plant(gate_spdx, {"a.c": "int a;\n"})) == 1
    assert len(plant(gate_spdx, {"a.c": GPL.replace("GPL-2.0", "MIT")})) == 1
    assert "BSD" in plant(gate_spdx, {"a.c": GPL, "include/a.h": GPL})[0]


@pytest.mark.parametrize("content, words", [
    (b"a\n", None), (b"", None), (b"a \n", "blanks"), (b"a\t\n", "blanks"), (b"a\r\nb\r\n", "carr"),
    (b"a", "newline"), (b"<" * 7 + b" mine\n", "merge"), (b"a\n" * 300000, "KiB"),
])
def test_hygiene(plant, content, words):
    found = plant(gate_hygiene, {"a.txt": content})
    assert bool(found) == bool(words)
    assert not words or words in found[0]


def test_cppcheck(plant):
    good = "int f(const int *a, int n);\nint f(const int *a, int n)\n{\n\treturn n ? a[0] : 0;\n}\n"
    assert not plant(gate_cppcheck, {"tools/a.c": good})
    bad = "int f(void);\nint f(void)\n{\n\tint a[4] = { 0 };\n\treturn a[4];\n}\n"
    assert "arrayIndexOutOfBounds" in plant(gate_cppcheck, {"tools/a.c": bad})[0]
    hidden = bad.replace("\treturn", "\tif (!IS_ENABLED(CONFIG_X))\n\t\treturn 0;\n\treturn")
    assert plant(gate_cppcheck, {"hypervisor/core/b.c": hidden, "tools/a.c": good})


def test_spelling(plant):
    assert not plant(gate_spelling, {"a.md": "the hypervisor receives\n"})
    # In two parts, so that this file passes its own gate.
    assert plant(gate_spelling, {"a.md": "the hypervisor rec" + "ieves\n"})


def test_clang(plant):
    make = ("tools:\n\t$(HYP_CC) --target=aarch64-linux-gnu -Wall -Wextra -Werror -c tools/a.c "
            "-o /dev/null\n.PHONY: tools\n")
    # gcc does not warn about a self-assignment.
    good, bad = "int g;\n", "int g;\nvoid f(void);\nvoid f(void)\n{\n\tg = g;\n}\n"
    assert not plant(gate_clang, {"Makefile": make, "tools/build.mk": "", "tools/a.c": good})
    assert "self-assign" in plant(gate_clang, {"tools/a.c": bad})[0]


def test_budget(plant, monkeypatch):
    files = {"hypervisor/core/a.c": "int a;\nint b;\n", "hypervisor/core/b.c": "int c;\n",
             ".build/hypervisor/core/a.d": "a.o: hypervisor/core/a.c\n",
             ".build/hypervisor/jailhouse.elf": ""}
    monkeypatch.setattr(gate_budget, "image_bytes", lambda tree: 1000)
    assert not plant(gate_budget, files)
    monkeypatch.setattr(gate_budget, "MAX_LINES", 1)
    assert "2 code lines" in plant(gate_budget, files)[0]
    monkeypatch.setattr(gate_budget, "MAX_LINES", 2)
    monkeypatch.setattr(gate_budget, "image_bytes", lambda tree: 65536)
    assert "65536" in plant(gate_budget, files)[0]
