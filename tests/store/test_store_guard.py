"""The file of a store is looked at after each COMMIT: what became of it meanwhile is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.errors import StoreLost
from mailproc.store.store_guard import FileGuard

RUN, PAGE = b"the-run", 512


@pytest.fixture
def guard(tmp_path: Path) -> FileGuard:
    """Of a file of four pages; the second names the run."""
    file = tmp_path / "store.db"
    file.write_bytes(b"\0" * PAGE + RUN.ljust(PAGE, b"\0") + b"\0" * 2 * PAGE)
    made = FileGuard(file)
    made.opened()
    made.begin_run(RUN.decode(), 2, PAGE)
    made.after()
    return made


def _grown(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


def _cut_behind_the_page(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 3 * PAGE])


def _page_overwritten(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(RUN, b"another"))


@pytest.mark.parametrize("became", [_cut_behind_the_page, _page_overwritten])
def test_a_store_that_is_cut_or_overwritten_is_lost(
    guard: FileGuard, tmp_path: Path, became: Callable[[Path], None]
) -> None:
    became(tmp_path / "store.db")
    for _ in range(2):
        with pytest.raises(StoreLost, match="truncated or overwritten"):
            guard.after()
    guard.close()


def test_a_store_that_grows_is_none_that_is_lost(guard: FileGuard, tmp_path: Path) -> None:
    _grown(tmp_path / "store.db")
    guard.after()
    guard.close()
