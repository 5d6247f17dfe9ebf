"""A Dovecot of our own on a loopback port, its mailboxes filled by writing their files."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench import letters
from bench.house import LENDERS, MAILBOX_PASSWORD

PASSWORD = MAILBOX_PASSWORD
_PROGRAMS = {"dovecot": "dovecot-imapd", "mbsync": "isync"}
_CONFIGURATION = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = /dev/stderr
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_allow_cleartext = yes
first_valid_uid = 1
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
mail_home = {folder}/home/%{{user}}
mail_uid = {user}
mail_gid = {group}
passdb static {{
  password = {password}
}}
userdb static {{
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
ssl = no
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def missing() -> str:
    """The Debian packages that are not there; installed where we may ('' then)."""
    packages = [package for program, package in _PROGRAMS.items() if not _found(program)]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", *packages], check=False, stdout=2)
        packages = [package for program, package in _PROGRAMS.items() if not _found(program)]
    return " ".join(packages)


def _found(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Dovecot:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        # Dovecot serves no mail as root.
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def start(self) -> None:
        self.folder.chmod(0o755)
        for name in ("mail", "home"):
            self._own(self.folder / name)
        group = subprocess.check_output(["id", "-gn", self._account.pw_name], text=True).strip()
        file = self.folder / "dovecot.conf"
        file.write_text(
            _CONFIGURATION.format(
                folder=self.folder, user=self._account.pw_name, group=group, password=PASSWORD, port=self.port
            )
        )
        command = [_found("dovecot") or "dovecot", "-F", "-c", str(file)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        for line in self.process.stderr or ():
            if "starting up" in line:
                return
        raise SystemExit("Dovecot did not start")

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def fill(self, user: str, count: int) -> None:
        """``count`` letters of 2 kB, all unread."""
        for name in ("", "new", "cur", "tmp"):
            self._own(self.folder / "mail" / user / name)
        before, after = letters.plain(77777, LENDERS["XX-BL"]).split(b"Letter 77777")
        for number in range(count):
            file = self.folder / "mail" / user / "new" / f"{1_700_000_000 + number}.{number}.example"
            file.write_bytes(b"%sLetter %d%s" % (before, number, after))
            os.chown(file, self._account.pw_uid, self._account.pw_gid)

    def _own(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        os.chown(folder, self._account.pw_uid, self._account.pw_gid)


@contextmanager
def running() -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="mailproc-bench-", ignore_cleanup_errors=True) as name:
        server = Dovecot(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()
