# SPDX-License-Identifier: GPL-2.0
"""
What system tests get: a booted guest for each row of ci/boards.tsv, a limit of time for each test,
and the guest's last words in the report of a failure.
"""

import os
import sys
import threading

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import boards  # noqa: E402
import life  # noqa: E402
from guest import Guest, GuestError  # noqa: E402

BOARDS = boards.chosen()
FAILURES = os.path.join(life.BUILD, "reports", "failures.txt")
TEST_SECONDS = 120


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): how long the test may take; default "
                                       f"{TEST_SECONDS}")
    config.addinivalue_line("markers", "cases(names, of_board): arguments that differ from board to "
                                       "board: of_board(board) returns a list of tuples")


def pytest_sessionstart():
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.makedirs(os.path.dirname(FAILURES), exist_ok=True)
        with open(FAILURES, "w", encoding="utf-8"):
            pass


def pytest_runtest_logreport(report):
    """A failure is written down at once: pytest itself tells of it when all tests are over, which with many
    machines can be hours later, or never."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        with open(FAILURES, "a", encoding="utf-8") as f:
            f.write(f"{report.nodeid} ({report.when})\n{report.longreprtext}\n\n")


def row_of(item):
    """The board that a test runs on, None if it needs none."""
    callspec = getattr(item, "callspec", None)
    return callspec and callspec.params.get("board")


def has_no_board(item):
    """What pytest makes of a test that is for none of the chosen boards, and would skip."""
    return row_of(item) is not None and not isinstance(row_of(item), boards.Board)


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(items):
    """The tests of a file on one board share a guest, so they stay in one process, and together, in
    the order of the file. (Left alone, pytest brings tests with equal parameters together.)"""
    items[:] = [item for item in items if not has_no_board(item)]
    modules = list(dict.fromkeys(item.module for item in items))
    for item in items:
        if row_of(item):
            item.add_marker(pytest.mark.xdist_group(f"{item.module.__name__}-{row_of(item).board}"))
    ordered = sorted(items, key=lambda item: (
        modules.index(item.module), BOARDS.index(row_of(item)) if row_of(item) else -1))
    yield
    left = set(items)
    items[:] = [item for item in ordered if item in left]


def pytest_generate_tests(metafunc):
    """Each file runs on the boards whose row names it."""
    if "board" in metafunc.fixturenames:
        test = metafunc.module.__name__.rpartition(".")[2].removeprefix("test_")
        special = getattr(metafunc.module, "SPECIAL", False)
        rows = [board for board in BOARDS if board.runs(test, special)]
        cases = metafunc.definition.get_closest_marker("cases")
        if not cases:
            metafunc.parametrize("board", rows, ids=[row.board for row in rows], scope="module",
                                 indirect=True)
            return
        names, of_board = cases.args
        metafunc.parametrize(
            ("board", *names), [pytest.param(row, *case, id="-".join((row.board, *map(str, case))))
                                for row in rows for case in of_board(row)],
            scope="module", indirect=("board",))


@pytest.fixture(scope="module")
def board(request):
    """A row of the matrix."""
    return request.param


@pytest.fixture(scope="module")
def kernel(board):
    """The kernel series of the guest, such as 6.1."""
    return board.kernel


@pytest.fixture(scope="module")
def guest(board, request):
    """A booted guest, shared by the tests of a file. A file that needs other machines makes its own
    with board.guest(). A function guest_files(board) of the file returns what else the guest has, as
    {path: bytes}."""
    module = request.module.__name__.split(".")[-1]
    options = {}
    if hasattr(request.module, "guest_files"):
        options["initrd"] = life.initrd_with(board, module, request.module.guest_files(board))
    with board.guest(name=f"{module}-{board.board}", **options) as machine:
        yield machine
    if options:
        os.remove(options["initrd"])


@pytest.fixture
def fresh_guest(board, request):
    """A booted guest for one test that leaves it unusable."""
    with board.guest(name=f"{request.node.originalname}-{board.board}") as machine:
        yield machine


@pytest.fixture(autouse=True)
def time_limit(request):
    """Ends a test that hangs, by ending its guests. (A signal would reach the main thread only, and
    xdist may run tests in another one.)"""
    marker = request.node.get_closest_marker("seconds")
    seconds = marker.args[0] if marker else TEST_SECONDS
    ended = threading.Event()

    def expired():
        ended.set()
        for machine in list(Guest.running):
            machine.end_qemu()

    timer = threading.Timer(seconds, expired)
    timer.start()
    yield
    timer.cancel()
    assert not ended.is_set(), f"the test did not end within {seconds} s"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for name in ("guest", "fresh_guest"):
        machine = item.funcargs.get(name) if hasattr(item, "funcargs") else None
        if machine is None:
            continue
        try:
            report.sections.append(("console", machine.console_tail(40)))
            report.sections.append(("UART1", machine.uart1()[-1500:]))
            report.sections.append(("logs", machine.log_dir))
        except (OSError, GuestError):
            pass
