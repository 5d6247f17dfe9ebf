"""A Dovecot of our own on loopback ports."""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from imapclient import IMAPClient
from pydantic import SecretStr

from mailproc.config import Mailbox
from tests.servers.certificate import Certificate
from tests.servers.ports import free_ports

PROGRAM = Path(shutil.which("dovecot") or "/usr/sbin/dovecot")
PASSWORD = "correct-horse"
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
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = 0
mail_driver = {driver}
mail_path = {folder}/mail/%{{user}}
mail_home = {folder}/home/%{{user}}
mail_uid = {user}
mail_gid = {group}
mail_fsync = never  # the tests kill processes, not the power
{passdb}
userdb static {{
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
ssl = yes
ssl_server_cert_file = {certificate.certificate}
ssl_server_key_file = {certificate.key}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


_BY_PASSWORD = f"""\
passdb static {{
  password = {PASSWORD}
}}
"""
_BY_TOKEN = """\
auth_mechanisms = plain xoauth2
passdb static {{
  mechanisms_filter = plain
  password = {password}
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2
}}
oauth2 {{
  introspection_url = {introspection}
  introspection_mode = post
  username_attribute = username
  active_attribute = active
  active_value = true
}}
"""


class Dovecot:
    """Everything in a folder of its own; any user, one password; without TLS, with it, or STARTTLS.

    ``introspection``: the URL at which it asks about access tokens (RFC 7662); a password does too.
    """

    def __init__(
        self, folder: Path, certificate: Certificate, driver: str = "maildir", introspection: str = ""
    ) -> None:
        self.folder = folder
        self.port, self.tls_port = free_ports(2)
        # Dovecot serves no mail as root.
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        folder.chmod(0o755)
        for name in ("mail", "home"):
            self.own(folder / name)
        (folder / "dovecot.conf").write_text(
            _CONFIGURATION.format(
                folder=folder,
                user=self._account.pw_name,
                group=grp.getgrgid(self._account.pw_gid).gr_name,
                driver=driver,
                passdb=_BY_TOKEN.format(password=PASSWORD, introspection=introspection)
                if introspection
                else _BY_PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
                certificate=certificate,
            )
        )

    def own(self, path: Path) -> None:
        """Give a file to the account that serves the mail; a folder is made where nothing is."""
        if not path.exists():
            path.mkdir()
        os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def start(self) -> None:
        command = [str(PROGRAM), "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.log: list[str] = []
        said_something = threading.Event()
        self._reader = threading.Thread(target=self._drain, args=(said_something,))
        self._reader.start()
        if not said_something.wait(10) or self.process.poll() is not None:
            raise RuntimeError("Dovecot did not start: " + "".join(self.log))

    def _drain(self, starting_up: threading.Event) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if "starting up" in line:
                starting_up.set()
        starting_up.set()  # it has ended

    def stop(self) -> None:
        """All its processes end at once, and with them every connection."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)
        if self.process.stderr is not None:
            self.process.stderr.close()

    def mailbox(self, user: str, **values: object) -> Mailbox:
        """Configuration for this user's mailbox, named like the user."""
        standard = {
            "name": user,
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": user,
            "password": SecretStr(PASSWORD),
            "timeout": 10,
        }
        return Mailbox.model_validate(standard | values)

    def client(self, user: str) -> IMAPClient:
        """A colleague's mail program, logged in."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(user, PASSWORD)
        return client

    def fill(self, user: str, letters: Sequence[bytes], folder: str = "INBOX") -> None:
        with self.client(user) as client:
            client.multiappend(folder, list(letters))

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            return dict(client.get_flags(client.search()))


@contextmanager
def running(certificate: Certificate, driver: str = "maildir", introspection: str = "") -> Iterator[Dovecot]:
    """Not in pytest's folders: the account that serves the mail may not enter them."""
    with tempfile.TemporaryDirectory(prefix="mailproc-dovecot-", ignore_cleanup_errors=True) as folder:
        server = Dovecot(Path(folder), certificate, driver, introspection)
        try:
            server.start()
            yield server
        finally:
            server.stop()
