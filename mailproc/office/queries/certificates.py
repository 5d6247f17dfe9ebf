"""Certificates of our doors that have ended, or will soon: whoever verifies them speaks with us no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailproc import certificate_days
from mailproc.config import Config
from mailproc.flow.context import Context
from mailproc.sentence import Sentence, sentence

SOON = timedelta(days=14)


@dataclass(frozen=True)
class EndingCertificate:
    """``key`` of config.toml names its file. ``is_over``: it has ended."""

    key: str
    file: str
    ends_at: datetime
    is_over: bool

    def said(self, context: Context) -> Sentence:
        code = "certificate-over" if self.is_over else "certificate-soon"
        return sentence(code, key=self.key, file=self.file, when=context.local(self.ends_at).date())


def ending(context: Context) -> Iterator[EndingCertificate]:
    """Yield those that end within ``SOON``. What cannot be read is left out: ``check`` says so elsewhere."""
    now = context.clock()
    for key, file in _named(context.config):
        end = _end(file)
        if end is not None and end - now <= SOON:
            yield EndingCertificate(key, str(file), end, end <= now)


def _named(config: Config) -> Iterator[tuple[str, Path]]:
    mail, tcp, slnp = config.listen, config.listen_tcp, config.listen_slnp
    named = (
        ("listen.tls_cert", mail.enabled, mail.tls_cert),
        ("listen_tcp.tls_cert", tcp.enabled, tcp.tls_cert),
        ("listen_slnp.tls_cert", slnp.enabled, slnp.tls_cert),
        ("listen_slnp.client_cert", slnp.enabled and bool(slnp.tls_cert), slnp.client_cert),
    )
    return ((key, config.file.parent / name) for key, enabled, name in named if enabled and name)


def _end(file: Path) -> datetime | None:
    try:
        return certificate_days.ends_at(file.read_bytes())
    except OSError:
        return None
