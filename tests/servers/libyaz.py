"""Small C programs on libyaz, built with the compiler and the library of this machine."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


def build(source: Path, folder: Path, missing: Callable[[str], None]) -> Path:
    """Build the program in ``folder``; its path. ``missing``: the fixture that names a Debian package."""
    for program, package in (("cc", "gcc"), ("pkg-config", "pkg-config")):
        if shutil.which(program) is None:
            missing(package)
    question = ["pkg-config", "--cflags", "--libs", "yaz"]
    asked = subprocess.run(question, capture_output=True, text=True, check=False)
    if asked.returncode:
        missing("libyaz-dev")
    built = folder / source.stem
    command = ["cc", "-Wall", "-Werror", "-o", str(built), str(source), *asked.stdout.split()]
    subprocess.run(command, check=True, timeout=60)
    return built
