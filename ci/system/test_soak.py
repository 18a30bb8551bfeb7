# SPDX-License-Identifier: GPL-2.0
"""A short `make soak`: three rounds of random life cycles, by a seed that the failure names."""

import random

import life
import soak


def test_random_life_cycles(guest, board):
    seed = random.randrange(1 << 32)
    print(f"SEED={seed}")
    life.insmod(guest)
    run = soak.Soak(guest, random.Random(seed), num_configs=10, operations=25)
    run.prepare(board)
    try:
        run.soak(0)
    except soak.SoakError:
        print("before that:", *run.history[-25:], sep="\n  ")
        raise


def test_the_same_again_and_again(guest, board):
    """Three times each of what `make soak ENABLES= LIVES= RESTARTS=` does thousands of times."""
    run = soak.Soak(guest, random.Random(1), num_configs=3, loads=soak.SHELL + ("hotplug",))
    run.prepare(board)
    for what in soak.REPEATED:
        run.repeat(what, 3)
    assert not int(life.sysfs(guest, "enabled"))
