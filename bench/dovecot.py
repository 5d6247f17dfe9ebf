"""The tests' Dovecot, its mailboxes filled by writing their files."""

import os
import shutil
import subprocess

from bench import letters
from bench.app import LENDERS
from tests.servers.dovecot import Dovecot

_PROGRAMS = {"dovecot": "dovecot-imapd", "mbsync": "isync"}


def missing() -> str:
    """The Debian packages that are not there; installed where we may ('' then)."""
    packages = [package for program, package in _PROGRAMS.items() if not _found(program)]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", *packages], check=False, stdout=2)
        packages = [package for program, package in _PROGRAMS.items() if not _found(program)]
    return " ".join(packages)


def _found(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def fill(server: Dovecot, user: str, count: int) -> None:
    """``count`` letters of 2 kB, all unread."""
    box = server.folder / "mail" / user
    for folder in (box, box / "new", box / "cur", box / "tmp"):
        server.own(folder)
    before, after = letters.plain(77777, LENDERS["XX-BL"]).split(b"Letter 77777")
    for number in range(count):
        file = box / "new" / f"{1_700_000_000 + number}.{number}.example"
        file.write_bytes(b"%sLetter %d%s" % (before, number, after))
        server.own(file)
