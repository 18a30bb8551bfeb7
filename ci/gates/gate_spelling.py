#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
codespell knows every word.

The mistake: a typing error in a message or a name, which then has to stay because scripts match it.
"""

import os

import gate_lib

# Words that codespell takes for mistakes and that are none, one a line.
IGNORED = os.path.join(gate_lib.TOP, "ci", "gates", "spelling.txt")


def findings(tree):
    files = [name for name in tree.files if name not in ("COPYING", "ci/gates/spelling.txt")]
    _, text = tree.run(["codespell", f"--ignore-words={IGNORED}", *files])
    return [line for line in text.split("\n") if "==>" in line]


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
