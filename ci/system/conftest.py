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
TEST_SECONDS = 120


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): how long the test may take; default "
                                       f"{TEST_SECONDS}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The tests of a file on one board share a guest, so they stay in one process."""
    for item in items:
        row = getattr(item, "callspec", None) and item.callspec.params.get("board")
        if row:
            item.add_marker(pytest.mark.xdist_group(f"{item.module.__name__}-{row.board}"))


def pytest_generate_tests(metafunc):
    """Each file runs on the boards whose row names it. A function suits(board) of the file says which
    boards it is for at all, where a row names all files."""
    if "board" in metafunc.fixturenames:
        test = metafunc.module.__name__.rpartition(".")[2].removeprefix("test_")
        suits = getattr(metafunc.module, "suits", lambda board: True)
        rows = [board for board in BOARDS if board.runs(test) and suits(board)]
        metafunc.parametrize("board", rows, ids=[row.board for row in rows], scope="module",
                             indirect=True)


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
