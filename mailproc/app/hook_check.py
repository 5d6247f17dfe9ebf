"""What `check` says of hooks: a command that is not there, and whether a receiver answers."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from mailproc.config import Config


def warnings(config: Config) -> Iterator[str]:
    """Commands that cannot be started. Letters go on, and the calls wait."""
    for hook in config.hook:
        if hook.command and not _is_there(hook.command[0], config.file.parent):
            yield f"hook {hook.name}: {_what_lacks(hook.command[0], config.file.parent)}"


def _what_lacks(program: str, folder: Path) -> str:
    if os.sep in program and (folder / program).is_file():
        return f"this user may not run {program}: make it executable (chmod +x)"
    return f"there is no program {program} that this user may run"


def _is_there(program: str, folder: Path) -> bool:
    """A name without a slash is looked for in PATH, another from the folder of config.toml."""
    if os.sep in program:
        file = folder / program
        return file.is_file() and os.access(file, os.X_OK)
    return shutil.which(program) is not None
