"""How letters leave, as configured: the relay, or a folder until one is configured."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from mailproc.config import Config
from mailproc.flow.send import Deliver
from mailproc.mail.letter import Envelope
from mailproc.transport.folder_out import Folder
from mailproc.transport.smtp_out import Relay


def deliverer(config: Config, clock: Callable[[], datetime]) -> tuple[Deliver, Callable[[], None]]:
    """The ``deliver`` of station ⑤, and what gives its connection back."""
    if config.deliver.mode == "folder":
        folder = Folder(config.file.parent / config.deliver.folder)

        def file(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
            return "filed", folder.send(envelope, raw, name)

        return file, lambda: None
    relay = Relay(config.deliver, clock)

    def hand_over(envelope: Envelope, raw: bytes, _name: str) -> tuple[str, str]:
        return "handed_over", relay.send(envelope, raw)

    def close() -> None:
        with suppress(OSError):
            relay.close()

    return hand_over, close
