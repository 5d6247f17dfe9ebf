"""Clean Debian machines: roots by mmdebstrap, booted with a systemd of their own by systemd-nspawn.

Only root can make them. What runs in one sees its own files and processes; a booted one has no network.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.systemd import Systemd

MIRROR = "http://deb.debian.org/debian"
PACKAGES = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container"}
"""What must be installed here, by program."""
OWN_AUTHORITIES = Path("/usr/local/share/ca-certificates")
"""Of the machine that tests: its package index may be behind one of them."""
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
Ran = subprocess.CompletedProcess[str]

# systemd wants its hierarchy of cgroups alone, which this machine may have beside older ones.
BOOT = """
mount --make-rprivate /
if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
    umount -R -l /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
exec "$@"
"""


def missing_package() -> str | None:
    """Name the Debian package without which no root can be made."""
    return next((package for program, package in PACKAGES.items() if shutil.which(program) is None), None)


def make(archive: Path, release: str) -> None:
    """Write the root of a new machine as an archive: what every Debian has, apt, and a systemd that boots."""
    authorities = (
        f"--customize-hook=copy-in {OWN_AUTHORITIES} {OWN_AUTHORITIES.parent}",
        '--customize-hook=chroot "$1" update-ca-certificates',
    )
    _checked(
        "mmdebstrap",
        "--quiet",
        "--variant=apt",
        "--include=ca-certificates,dbus,passwd,systemd-sysv",
        *(authorities if OWN_AUTHORITIES.is_dir() else ()),
        release,
        archive,
        MIRROR,
    )


class Root:
    """The files of a machine that is not running, in ``folder``; its programs may use the network."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        _checked("tar", "--extract", "--file", archive, "--directory", folder)

    def prepare(self) -> None:
        """Have apt know what there is, and ask nothing."""
        (self.folder / "etc/apt/apt.conf.d/unasked").write_text('APT::Get::Assume-Yes "true";\n')
        updated = self.run("apt-get", "update", "--quiet")
        assert updated.returncode == 0, updated.stderr

    def run(self, *command: object, user: str = "root", given: str = "") -> Ran:
        """Run a program in it, alone."""
        options = ("--register=no", "--keep-unit", "--as-pid2", "--pipe", "--timezone=off")
        where = (f"--directory={self.folder}", f"--user={user}")
        set_to = (f"--setenv={name}={value}" for name, value in CLEAN.items())
        return _ran("systemd-nspawn", "--quiet", *options, *where, *set_to, *command, given=given)


class Machine:
    """A root that systemd has booted. ``run`` runs a program in it as root."""

    def __init__(self, leader: int) -> None:
        self._leader = leader

    def run(self, *command: object, given: str = "") -> Ran:
        into = ("nsenter", f"--target={self._leader}", "--all", "--root", "--wd")
        clean = ("env", "--ignore-environment", *(f"{name}={value}" for name, value in CLEAN.items()))
        return _ran(*into, *clean, *command, given=given)


@contextmanager
def booted(root: Root) -> Iterator[Machine]:
    """Boot it, without a network; kill it at the end."""
    options = ("--register=no", "--keep-unit", "--console=pipe", "--private-network", "--timezone=off")
    boot = (
        "systemd-nspawn",
        "--quiet",
        "--boot",
        "--notify-ready=yes",
        f"--directory={root.folder}",
        *options,
    )
    inside = ("unshare", "--mount", "--cgroup", "sh", "-ec", BOOT, "-", *boot)
    told, console = (root.folder.with_suffix(suffix) for suffix in (".notify", ".console"))
    manager = Systemd(told)
    with console.open("w") as output:
        environment = {**os.environ, "NOTIFY_SOCKET": str(told)}
        nspawn = subprocess.Popen(
            inside, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
    leader = None
    try:
        leader = int(manager.hears("X_NSPAWN_LEADER_PID=").partition("=")[2])
        manager.hears("READY=1")
        yield Machine(leader)
    finally:
        if leader is None:
            nspawn.terminate()
        else:
            os.kill(leader, signal.SIGKILL)  # nspawn alone would leave it running
        nspawn.wait(60)
        manager.close()


def _ran(*command: object, given: str = "") -> Ran:
    words = [str(word) for word in command]
    return subprocess.run(words, input=given, capture_output=True, text=True, timeout=300, check=False)


def _checked(*command: object) -> None:
    ran = _ran(*command)
    assert ran.returncode == 0, ran.stdout + ran.stderr
