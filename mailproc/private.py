"""What mailproc makes on the disk is for its own user alone: letters and readers' names stand in it."""

import os
import stat
from pathlib import Path

FILE = 0o600
FOLDER = 0o700


def make_folder(path: Path) -> None:
    """Make the folder, and those above it that are not there. One that is there stays as it is.

    Raises OSError.
    """
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=FOLDER, exist_ok=True)


def is_open_to_others(path: Path) -> bool:
    """May every user of this machine do something with it? False where it is not there."""
    try:
        return bool(os.stat(path).st_mode & stat.S_IRWXO)
    except OSError:
        return False
