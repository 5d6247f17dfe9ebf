"""podman with images and containers of its own, that nobody else sees; it pulls nothing.

What it writes lies in one folder. Its processes have a view of the machine's mounts of their own, because
the hierarchy of cgroups that containers want may lie beside older ones here.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.debian import BOOT

PACKAGE = "podman"
LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
"""podman would raise them, which root may be forbidden."""

PROGRAM = """#!/bin/sh
# As its caller writes it; with what this machine needs beside.
verb=$1; shift
case $verb in
run) set -- run --cgroups=disabled --network=none {limits} "$@" ;;
build) set -- build --isolation=chroot --network=host {limits} "$@" ;;
*) set -- "$verb" "$@" ;;
esac
exec nsenter --target={holder} --mount --cgroup --wd="$PWD" {podman} --root={folder}/images \\
    --runroot={folder}/run --tmpdir={folder}/tmp --cgroup-manager=cgroupfs --events-backend=file "$@"
"""


def is_missing() -> bool:
    """Whether it must be installed first."""
    return shutil.which(PACKAGE) is None


class Podman:
    """``run`` runs lines of shell in which ``podman`` is this one."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs

    def run(self, lines: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run these lines of shell in that folder; none after one that fails."""
        return subprocess.run(
            ["sh", "-ec", lines],
            cwd=cwd,
            env={**os.environ, "PATH": f"{self._programs}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )


@contextmanager
def running(folder: Path) -> Iterator[Podman]:
    """Let it keep all in that new folder; every container in it ends at the end."""
    folder.mkdir()
    held = subprocess.Popen(
        [
            "unshare",
            "--mount",
            "--cgroup",
            "sh",
            "-ec",
            BOOT,
            "-",
            "sh",
            "-c",
            "echo ready; exec sleep infinity",
        ],
        stdout=subprocess.PIPE,
    )
    assert held.stdout
    try:
        assert held.stdout.readline() == b"ready\n"
        podman = Podman(_program(folder, held.pid))
        yield podman
        podman.run("podman rm --all --force --time 0", folder)
    finally:
        held.kill()
        held.wait()
        held.stdout.close()


def _program(folder: Path, holder: int) -> Path:
    limits = (f"--ulimit={name}={resource.getrlimit(which)[1]}" for name, which in LIMITS.items())
    program = folder / "bin/podman"
    program.parent.mkdir()
    text = PROGRAM.format(holder=holder, folder=folder, podman=shutil.which(PACKAGE), limits=" ".join(limits))
    program.write_text(text)
    program.chmod(0o755)
    return program.parent
