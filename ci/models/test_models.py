# SPDX-License-Identifier: GPL-2.0
"""
The models of this folder, checked by spin in full. Each has mutants, one weakened order each, in
which spin must find an error: else the model proves nothing.
"""

import os
import re
import subprocess

import pytest

MODELS = os.path.dirname(os.path.abspath(__file__))
MUTANTS = ("WEAK_HEAD", "WEAK_TAIL", "WEAK_GENERATION")


def check(folder, model, *defines):
    """What the checker says of all reachable states."""
    subprocess.run(["spin", *(f"-D{name}" for name in defines), "-a", os.path.join(MODELS, model)],
                   check=True, cwd=folder)
    subprocess.run(["gcc", "-O2", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c"], check=True,
                   cwd=folder)
    return subprocess.run(["./pan", "-m100000", "-w24"], check=True, cwd=folder, text=True,
                          stdout=subprocess.PIPE, timeout=300).stdout


def test_ring(tmp_path):
    text = check(tmp_path, "spsc_ring.pml")
    assert "errors: 0" in text, text
    # The search was complete, and large enough to mean something.
    assert "max search depth too small" not in text
    assert int(re.search(r"(\d+) states, stored", text)[1]) > 100000
    # Every statement was reached; the sides never end.
    unreached = re.findall(r"(\S+\.pml:\d+), state \d+, \"(.*)\"", text)
    assert all(statement == "-end-" for _, statement in unreached), unreached


@pytest.mark.parametrize("mutant", MUTANTS)
def test_weak_ring_is_wrong(tmp_path, mutant):
    assert "assertion violated" in check(tmp_path, "spsc_ring.pml", mutant)
