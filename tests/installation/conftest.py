"""The root of a clean Debian machine, made once for all workers."""

import fcntl
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import debian
from tests.servers.debian import Root

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCES = shutil.ignore_patterns(
    ".[!c]*", ".ci", ".cache", "__pycache__", "var", "dist", "tests", "bench", "fuzz", "mutants"
)


@pytest.fixture
def clean_archive(missing: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a new machine with the release of this one, as an archive."""
    if os.geteuid() != 0:
        pytest.skip("only root makes another machine")
    if package := debian.missing_package():
        missing(package)
    ours = tmp_path_factory.getbasetemp()
    return _once((ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "clean-root.tar")


@pytest.fixture
def clean_root(clean_archive: Path, tmp_path: Path) -> Callable[[str], Root]:
    """Makes the root of a new machine, with a name."""
    return lambda name: Root(clean_archive, tmp_path / name)


def _once(archive: Path) -> Path:
    with archive.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            debian.make(archive, platform.freedesktop_os_release()["VERSION_CODENAME"])
    return archive


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The tree as somebody has unpacked it: without what tests and checks leave in it."""
    folder = tmp_path / "sources"
    shutil.copytree(ROOT, folder, symlinks=True, ignore=NOT_SOURCES)
    return folder
