"""The delivery status of RFC 3464: groups of fields, one for the letter and one for each recipient."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailproc.mail import headers
from mailproc.mail.defects import Defects

MOST_OF_TEXT = 300  # characters of the diagnostic
MOST_RECIPIENTS = 100
MOST_STATUS = 262_144  # octets of a delivery status that are read
MOST_GROUPS = 1_000

KINDS = ("failed", "delayed", "delivered")
"""For a letter with several recipients the worst counts: the first of these."""

_KIND_OF_ACTION = {kind: kind for kind in KINDS} | {"relayed": "delivered", "expanded": "delivered"}
_KIND_OF_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}
_CODE = re.compile(r"(?<![\d.])[245]\.[0-7]\.\d{1,3}(?![\d.])")  # RFC 3463
_IDS = ("x-original-message-id", "original-message-id")


@dataclass(frozen=True)
class DeliveryStatus:
    """What a delivery status says about those recipients for whom it is worst. ``code``: RFC 3463, or ''."""

    kind: str
    recipients: tuple[str, ...]
    code: str = ""
    text: str = ""
    message_ids: tuple[str, ...] = ()


def read(content: bytes) -> DeliveryStatus | None:
    """Return the worst that is said about any recipient; None if nothing is."""
    fields = list(_groups(content))
    groups = [_Group(one) for one in fields]
    for kind in KINDS:
        said = [group for group in groups if group.kind == kind]
        if said:
            return DeliveryStatus(
                kind,
                _first(address for group in said for address in group.recipients),
                next((group.code for group in said if group.code), ""),
                next((group.text for group in said if group.text), ""),
                _ids(fields[0]),
            )
    return None


def _ids(fields: headers.Header) -> tuple[str, ...]:
    """Return the Message-ID of the letter if the system puts it beside the status (Exchange)."""
    return next((headers.ids(fields[name][:1]) for name in _IDS if name in fields), ())


def code(text: str) -> str:
    """Return the first status code of RFC 3463 in a text ("5.1.1"), or ''."""
    found = _CODE.search(text)
    return found[0] if found else ""


def _first(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))[:MOST_RECIPIENTS]


def _groups(content: bytes) -> Iterator[headers.Header]:
    block: list[bytes] = []
    blocks = 0
    for line in (*content[:MOST_STATUS].split(b"\n"), b""):
        if line.strip():
            block.append(line + b"\n")
        elif block:
            yield headers.split(b"".join(block), Defects())[0]
            block, blocks = [], blocks + 1
            if blocks == MOST_GROUPS:
                return


class _Group:
    """The fields of one recipient; ``kind`` is '' if they say nothing."""

    def __init__(self, fields: Mapping[str, list[bytes]]) -> None:
        get = {name: headers.text(values[0]) for name, values in fields.items()}
        self.text = _untyped(get.get("diagnostic-code", ""))[:MOST_OF_TEXT]
        self.code = code(get.get("status", "")) or code(self.text)
        self.recipients = _recipients(get)
        action = get.get("action", "").lower().split(" ")[0]
        self.kind = _KIND_OF_ACTION.get(action) or (
            _KIND_OF_CLASS[self.code[0]] if self.code and self.recipients else ""
        )


def _recipients(get: Mapping[str, str]) -> list[str]:
    """Return the address that failed, and the one we wrote to if that differs (an alias, X.400)."""
    values = [get[name] for name in ("final-recipient", "original-recipient") if get.get(name)]
    addresses = [_untyped(value).strip("<> ").lower()[:254] for value in values]
    return [one for one in addresses if "@" in one] or addresses[:1]


def _untyped(value: str) -> str:
    """Remove the type of an address: "rfc822; reader@example"."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator and " " not in kind.strip() else value
