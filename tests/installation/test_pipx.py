"""The wheel by pipx on a clean Debian machine, by a user without rights, as docs/install.md says."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.debian import Root
from tests.support.install_page import commands, done

LIBRARY = '--symbol XX-OURS --name "Our Library" --email ill@library.example'


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_user_installs_it_and_has_a_first_configuration(
    clean_root: Callable[[str], Root], sources: Path, tmp_path: Path
) -> None:
    machine = clean_root("machine")
    machine.prepare()
    done(machine.run("apt-get", "install", "pipx"))
    done(machine.run("useradd", "--create-home", "--shell", "/bin/bash", "alice"))
    wheel = built(sources, tmp_path)
    shutil.copy(wheel, machine.folder / "home/alice")

    def as_alice(lines: str) -> str:
        return done(machine.run("runuser", "--login", "alice", "--command", f"set -e\n{lines}"))

    as_alice(commands("pipx"))
    first = commands("first folder").replace("init library", f"init library {LIBRARY}")
    assert "ok    configuration" in as_alice(first)
    assert as_alice("mailproc --version") == f"mailproc {wheel.name.split('-')[1]}\n"
    assert as_alice("find library -perm /077") == "", "what init makes is for its user alone"


def built(sources: Path, folder: Path) -> Path:
    """What `make wheel` makes."""
    line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, sources]
    done(subprocess.run(line, capture_output=True, text=True, check=False))
    (wheel,) = folder.glob("mailproc_ill-*.whl")
    return wheel
