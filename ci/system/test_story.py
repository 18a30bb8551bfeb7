# SPDX-License-Identifier: GPL-2.0
"""`make demo`, as a test: every step of the story holds on every board, and twice in a row."""

import io
import re

import pytest

import demo


@pytest.mark.seconds(600)
def test_whole_life_of_a_cell_twice(board, fresh_guest):
    for _ in range(2):
        out = io.StringIO()
        demo.story(demo.Account(fresh_guest, out), fresh_guest, board)
        assert re.search(r"every CPU runs programs", out.getvalue())
