"""A password of config.toml is printed by no verb, wherever a stranger wrote it and however encoded."""

import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.command_line import Ran

Cli = Callable[..., Ran]
SECRET = "Zq7Pass9"
B64 = base64.b64encode(SECRET.encode()).decode()
HEX = "".join(f"={ord(sign):02X}" for sign in SECRET)
PERCENT = quote("".join(f"%{ord(sign):02X}" for sign in SECRET), safe="%")
PLACES = {
    "subject": f"From: a@b.example\r\nSubject: =?utf-8?b?{B64}?=",
    "subject in words": f"From: a@b.example\r\nSubject: =?utf-8?q?your_code_?= =?utf-8?q?{HEX}?=",
    "sender": f"From: {SECRET}@b.example\r\nSubject: x",
    "sender's name": f"From: =?utf-8?q?{HEX}?= <a@b.example>\r\nSubject: x",
    "quoted sender": f'From: "{SECRET[:4]}\\{SECRET[4:]}"@b.example\r\nSubject: x',
    "receiver": f"From: a@b.example\r\nTo: {SECRET}@c.example\r\nSubject: x",
    "message id": f"From: a@b.example\r\nMessage-ID: <{SECRET}@b.example>\r\nSubject: x",
    "file": f"From: a@b.example\r\nContent-Disposition: attachment; filename*=utf-8''{PERCENT}\r\nSubject: x",
    "file in pieces": (
        f'From: a@b.example\r\nContent-Type: text/plain; name*0="{SECRET[:4]}"; name*1="{SECRET[4:]}"'
    ),
    "a proven sender's subject": f"From: orders@bl.example\r\nSubject: =?utf-8?b?{B64}?=",
}
VERBS = [
    *(("letter", which, *how) for which in ("I1", "O1") for how in ((), ("--json",), ("--raw",))),
    *(
        (verb, *how)
        for verb in ("letters", "shelved", "digest", "outbox", "requests")
        for how in ((), ("--json",))
    ),
    ("decode", "letter"),
]


@pytest.mark.parametrize("place", PLACES)
def test_no_verb_prints_it(cli: Cli, folder: Path, place: str) -> None:
    raw = f"{PLACES[place]}\r\n\r\nhello\r\n".encode()
    (folder / "letter").write_bytes(raw)
    envelope = ("--mail-from", f"{SECRET}@b.example", "--rcpt-to", f"{SECRET}@c.example")
    said = [cli("inject", "letter", *envelope), cli("run", "--once"), *(cli(*verb) for verb in VERBS)]
    said += [cli("digest", "--send"), cli("run", "--once"), cli("letters"), cli("attach", "I1", "B1")]
    printed = "\n".join(one.out + one.err for one in said)
    assert len(list((folder / "out").glob("*"))) >= 1
    printed += "".join(file.read_text() for file in (folder / "out").glob("*"))
    assert "Traceback" not in printed
    for secret in (SECRET, B64, HEX, PERCENT):
        assert secret.casefold() not in printed.casefold()
    assert len(said) > len(VERBS)
