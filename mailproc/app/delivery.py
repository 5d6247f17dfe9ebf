"""How letters leave, as configured: each by its transport, or into a folder until a relay is configured."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.flow.send import Deliver
from mailproc.mail.letter import Envelope
from mailproc.sentence import sentence
from mailproc.transport import transport
from mailproc.transport.folder_out import Folder
from mailproc.transport.incoming import Keep
from mailproc.transport.open_lines import OpenLines


def deliverer(
    config: Config, clock: Callable[[], datetime], keep: Keep, lines: OpenLines
) -> tuple[Deliver, Callable[[], None]]:
    """The ``deliver`` of station ⑤, for several threads, and what gives its connections back.

    ``keep``, ``lines``: as in ``transport.Sending``.
    """
    if config.deliver.mode == "folder":
        folder = Folder(config.file.parent / config.deliver.folder)

        def file(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
            return "filed", folder.send(envelope, raw, name)

        return file, lambda: None
    ways = transport.made(transport.Sending(config, clock, keep, lines))

    def hand_over(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
        if envelope.transport not in ways:
            raise LocalFault(sentence("no-transport", transport=envelope.transport))
        return "handed_over", ways[envelope.transport].send(envelope, raw, name)

    def close() -> None:
        for way in ways.values():
            with suppress(OSError):
                way.close()

    return hand_over, close
