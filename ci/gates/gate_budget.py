#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
The EL2 image stays small: lines of code, bytes, and what is in it at all.

The mistake: growth that nobody decided. Counted is every file that is linked into the image, headers
included, by cloc's code lines.
"""

import glob
import json
import os
import re
import subprocess

import gate_lib

# The promise of the architecture; ivshmem took what there was.
MAX_LINES = 7999
MAX_BYTES = 64 * 1024


def linked_files(tree):
    """Sources and headers of the image, from the compiler's own dependency files."""
    names = set()
    for path in glob.glob(f"{tree.build}/hypervisor/**/*.d", recursive=True):
        if f"{tree.build}/hypervisor/tests/" in path:
            continue
        with open(path, encoding="utf-8") as f:
            for word in f.read().replace("\\\n", " ").split():
                if not word.endswith(":") and re.search(r"\.[chS]$", word):
                    name = os.path.relpath(os.path.join(tree.root, word), tree.root)
                    if name in tree.files:
                        names.add(name)
    return sorted(names)


def code_lines(tree, names):
    _, text = tree.run(["cloc", "--json", "--quiet", *names])
    return json.loads(text[text.index("{"):])["SUM"]["code"]


def image_bytes(tree):
    """text + data of the ELF file, as size(1) has it."""
    text = subprocess.run(["aarch64-linux-gnu-size", f"{tree.build}/hypervisor/jailhouse.elf"],
                          check=True, capture_output=True, text=True).stdout
    columns = text.split("\n")[1].split()
    return int(columns[0]) + int(columns[1])


def findings(tree):
    if not os.path.exists(f"{tree.build}/hypervisor/jailhouse.elf"):
        return ["hypervisor/jailhouse.elf: not built; run make hypervisor"]
    found = []
    names = linked_files(tree)
    lines = code_lines(tree, names)
    size = image_bytes(tree)
    print(f"note: {lines} code lines in {len(names)} files, {size} bytes of text and data")
    if lines > MAX_LINES:
        found.append(f"hypervisor: {lines} code lines are linked into the image, "
                     f"more than {MAX_LINES}")
    if size >= MAX_BYTES:
        found.append(f"hypervisor: text and data have {size} bytes, not less than {MAX_BYTES}")
    return found


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
