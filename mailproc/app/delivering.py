"""How letters leave, as configured: the relay, or a folder until one is configured."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from mailproc.config import Config
from mailproc.flow.send import Deliver
from mailproc.mail.letter import Envelope
from mailproc.transport.folder_out import Folder
from mailproc.transport.smtp_pool import Relays


def deliverer(config: Config, clock: Callable[[], datetime]) -> tuple[Deliver, Callable[[], None]]:
    """The ``deliver`` of station ⑤, for several threads, and what gives its connections back."""
    if config.deliver.mode == "folder":
        folder = Folder(config.file.parent / config.deliver.folder)

        def file(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
            return "filed", folder.send(envelope, raw, name)

        return file, lambda: None
    relays = Relays(config.deliver, clock)

    def hand_over(envelope: Envelope, raw: bytes, _name: str) -> tuple[str, str]:
        return "handed_over", relays.send(envelope, raw)

    def close() -> None:
        with suppress(OSError):
            relays.close()

    return hand_over, close
