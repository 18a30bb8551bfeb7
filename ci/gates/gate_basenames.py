#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
No two files have the same basename.

The mistake: five files called control.c, so that a message, a log or an editor's tab that names one
of them says nothing.
"""

import collections
import fnmatch
import os

import gate_lib

# Names whose meaning is their folder.
FOLDER_NAMES = ("README.md", "build.mk", "Makefile", "Kbuild", "conftest.py", ".gitignore",
                "configs/*/board.h", "configs/*/root.c",
                # Stand-ins for the arch contract, found by the same names on purpose.
                "hypervisor/tests/include/arch/*.h",
                # Named after the rule that they break.
                "hypervisor/tests/bad_configs/*")


def findings(tree):
    places = collections.defaultdict(list)
    for name in tree.files:
        base = os.path.basename(name)
        if not any(fnmatch.fnmatch(base, p) or fnmatch.fnmatch(name, p) for p in FOLDER_NAMES):
            places[base].append(name)
    return [f"{names[0]}: has the same basename as {', '.join(names[1:])}; rename one"
            for _, names in sorted(places.items()) if len(names) > 1]


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
