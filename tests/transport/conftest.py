"""Real servers for the sockets: a Dovecot of our own, certificates, and a store that commits."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import IMAPClient
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine
from sqlmodel import Session, SQLModel, select

from mailproc.config import Mailbox
from mailproc.store import mailboxes
from mailproc.store.inbox import Kept, NewLetter, keep
from mailproc.store.mailboxes import Position
from mailproc.store.tables import InboxRow

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "correct-horse"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: NOW


# Certificates


@dataclass(frozen=True)
class Certificate:
    """PEM files of a certificate for localhost and 127.0.0.1 that signs itself."""

    certificate: str
    key: str


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    files = Certificate(str(folder / "cert.pem"), str(folder / "key.pem"))
    Path(files.certificate).write_bytes(made.public_bytes(encoding))
    Path(files.key).write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    return files


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The certificate, trusted the way an operator would trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate.certificate)
    return certificate


# The store


class Inbox:
    """A store of its own with the real statements; every call is one commit."""

    def __init__(self, path: Path) -> None:
        self.engine: Engine = create_engine(f"sqlite:///{path}")
        SQLModel.metadata.create_all(self.engine)
        self._thread = ThreadPoolExecutor(1)

    def keep_batch(self, name: str) -> Callable[[str, Position, list[NewLetter]], list[Kept]]:
        def committed(folder: str, position: Position, letters: list[NewLetter]) -> list[Kept]:
            with self.engine.begin() as connection:
                return mailboxes.keep_batch(connection, name, folder, position, letters)

        return committed

    def submit(self, letters: Sequence[NewLetter]) -> "Future[list[Kept]]":
        def committed() -> list[Kept]:
            with self.engine.begin() as connection:
                return keep(connection, letters)

        return self._thread.submit(committed)

    def position(self, name: str) -> Position:
        with self.engine.connect() as connection:
            return mailboxes.position(connection, name)

    def rows(self) -> list[InboxRow]:
        with Session(self.engine) as session:
            return list(session.exec(select(InboxRow).order_by(InboxRow.id)))

    def close(self) -> None:
        self._thread.shutdown()
        self.engine.dispose()


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    store = Inbox(tmp_path / "inbox.db")
    yield store
    store.close()


# Dovecot


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


CONFIGURATION = """\
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
mail_driver = {driver}
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
ssl = yes
ssl_server_cert_file = {certificate}
ssl_server_key_file = {key}
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


class Dovecot:
    """One Dovecot on loopback ports, everything in a folder of its own; any user, one password."""

    def __init__(self, certificate: Certificate, driver: str = "maildir") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mailproc-dovecot-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        root = os.getuid() == 0  # Dovecot serves no mail as root
        user = "nobody" if root else pwd.getpwuid(os.getuid()).pw_name
        account = pwd.getpwnam(user)
        group = subprocess.check_output(["id", "-gn", user], text=True).strip()
        for name in ("mail", "home"):
            (self.folder / name).mkdir()
            if root:
                os.chown(self.folder / name, account.pw_uid, account.pw_gid)
        (self.folder / "dovecot.conf").write_text(
            CONFIGURATION.format(
                folder=self.folder,
                user=user,
                group=group,
                driver=driver,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
                certificate=certificate.certificate,
                key=certificate.key,
            )
        )
        self.start()

    def start(self) -> None:
        command = [DOVECOT, "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.log: list[str] = []
        listening = threading.Event()
        self._reader = threading.Thread(target=self._drain, args=(listening,))
        self._reader.start()
        if not listening.wait(10) or self.process.poll() is not None:
            pytest.fail("Dovecot did not start: " + "".join(self.log))

    def _drain(self, listening: threading.Event) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if "starting up" in line:
                listening.set()
        listening.set()

    def stop(self) -> None:
        """All its processes end at once, and with them every connection."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)
        if self.process.stderr is not None:
            self.process.stderr.close()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

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
        """A colleague's mail program."""
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


@pytest.fixture(scope="session")
def dovecot_installed() -> None:
    if not Path(DOVECOT).exists():
        text = "Dovecot is not installed: apt install dovecot-imapd"
        pytest.fail(text) if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip(text)


@pytest.fixture(scope="session", params=["maildir"])
def dovecot(dovecot_installed: None, certificate: Certificate) -> Iterator[Dovecot]:
    """One server for all; each test takes a user of its own."""
    server = Dovecot(certificate)
    yield server
    server.remove()


@pytest.fixture
def own_dovecot(dovecot_installed: None, certificate: Certificate) -> Iterator[Callable[..., Dovecot]]:
    """Makes a server that a test may stop, of the storage kind it names."""
    servers: list[Dovecot] = []

    def made(driver: str = "maildir") -> Dovecot:
        servers.append(Dovecot(certificate, driver))
        return servers[-1]

    yield made
    for server in servers:
        server.remove()


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A user name that no other test has."""
    return "u" + format(abs(hash(request.node.nodeid)), "x")
