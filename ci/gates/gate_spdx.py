#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Every file says its licence in its first lines, and what users build upon is dual licensed.

The mistake: a file that nobody may legally use, or an ABI header that forces its licence on users.
"""

import fnmatch
import re

import gate_lib

# Documents (LICENSES/README.md speaks for them), texts of licences, data without comments, and files that are wrong on purpose.
WITHOUT = ("*.md", "COPYING", "LICENSES/*", "VERSION", ".gitignore", "*.json", "*.png", "*.svg", "*.bin",
           "*.cell", "*.dtb", "*.hex", "ci/gates/spelling.txt")
DUAL = ("include/*.h", "inmates/lib/*.[chS]", "configs/*.[ch]")
LINE = re.compile(r"SPDX-License-Identifier: ([^*\n]+?)\s*(\*/|-->|\n|$)")


def findings(tree):
    found = []
    for name in tree.files:
        if any(fnmatch.fnmatch(name, pattern) for pattern in WITHOUT):
            continue
        head = "\n".join(tree.read(name).split("\n")[:3])
        match = LINE.search(head)
        if not match:
            found.append(f"{name}: no SPDX-License-Identifier in its first lines")
        elif match[1] not in ("GPL-2.0", "GPL-2.0 OR BSD-2-Clause"):
            found.append(f"{name}: licence {match[1]} is not one of this project's")
        elif "BSD" not in match[1] and any(fnmatch.fnmatch(name, p) for p in DUAL):
            found.append(f"{name}: users build upon it, so it must be GPL-2.0 OR BSD-2-Clause")
    return found


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
