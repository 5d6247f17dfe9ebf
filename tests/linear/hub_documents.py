"""Documents of ILL SBN as an attacker would write them, of any length."""

from collections.abc import Callable

HEAD = b"Content-Type: application/xml\nContent-Transfer-Encoding: 8bit\n\n"
_NAMED = "<Transaction-Id>9</Transaction-Id>"


def _document(kind: str, inner: str, repeated: str, behind: str = "") -> Callable[[int], bytes]:
    def made(length: int) -> bytes:
        content = inner + repeated * (length // len(repeated)) + behind
        return f"<ILL-APDU><{kind}>{content}</{kind}></ILL-APDU>".encode()

    return made


def documents() -> dict[str, Callable[[int], bytes]]:
    request = (
        f'<ILL-Request ILL-SERVICE-TYPE="PR">{_NAMED}<Client-Id/><Item-Id><Title>a</Title></Item-Id>'
        '<Current-state state="F127"/></ILL-Request>'
    )
    number = '<Standard-number Standard-type="A">1</Standard-number>'
    made = {
        "many notes": _document("Lost", _NAMED, "<Note>a b</Note>"),
        "a long note": _document("Lost", _NAMED + "<Note>", "Data di scadenza: Costo: EUR ", "</Note>"),
        "many of one": _document("Lost", _NAMED, "<Title>a</Title>"),
        "many unknown": _document("Shipped", _NAMED, "<x/>"),
        "many numbers": _document("ILL-Request", "<Item-Id>", number, "</Item-Id>"),
        "references": _document("Message", _NAMED + "<Note>", "&#65;", "</Note>"),
        "blanks": _document("Message", _NAMED + "<Note>", " \n", "</Note>"),
        "many requests": lambda length: f"<ILL-APDU>{request * (length // len(request))}</ILL-APDU>".encode(),
        "deep": lambda length: b"<ILL-APDU>" + b"<a>" * (length // 7) + b"</a>" * (length // 7),
    }  # fmt: skip
    escaped = made["many notes"]
    return made | {
        "escaped twice": lambda length: _escaped(_escaped(escaped(length))),
        "in a form field": lambda length: (
            b"BufferILL=" + escaped(length).replace(b" ", b"+").replace(b"<", b"%3C")
        ),
        "many fields": lambda length: b"BufferILL=" * (length // 10) + b"%3CILL-APDU/%3E",
        "declarations": lambda length: b"<?xml " * (length // 6) + b"<ILL-APDU/>",
    }


def _escaped(document: bytes) -> bytes:
    return document.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
