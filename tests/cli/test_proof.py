"""What the command line says of proofs: `check`, `partners`, `run`, `password`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc import passwords
from tests.servers.dns import SILENT, NameServer

Cli = Callable[..., Any]
LOGIN = '[partner.login]\nuser = "bl"\nhash = "{}"\n'
HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzYWx0$CwsBSVCYsUaTdcMyT6Zl4cWgSyzzVLzRlEF3Ap6Lp4g"
NONE = 'proof = ["none"]\n'


def rewritten(folder: Path, *changes: tuple[str, str]) -> None:
    file = folder / "config.toml"
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)


def test_check_says_by_what_each_partner_is_proven(cli: Cli, folder: Path) -> None:
    more = 'proof = ["network", "login", "dmarc", "dkim"]\nnetworks = ["192.0.2.0/24", "2001:db8::/32"]\n'
    files = f'tls_cert = "{folder}/cert.pem"\n[proof]\nauthserv_id = "mx.town.example"\n[deliver]'
    rewritten(folder, (NONE, more + LOGIN.format(HASH)), ("[deliver]", files))
    assert cli("check").code == 0
    lines = [line for line in cli("check").out.splitlines() if "are proven by" in line]
    assert lines == [
        "ok    letters of UK-BL are proven by network (192.0.2.0/24, 2001:db8::/32) or login (as bl)"
        " or dmarc (said by mx.town.example) or dkim",
        "ok    letters of UK-CUSTOMER are proven by none (the address alone)",
    ]
    assert HASH not in cli("check").out


@pytest.mark.parametrize("verb", [["check"], ["run"], ["run", "--once"], ["requests"]])
def test_where_letters_leave_an_unwritten_proof_is_refused(cli: Cli, folder: Path, verb: list[str]) -> None:
    sending = 'mode = "smtp"\nhost = "127.0.0.1"\nsecurity = "none"'
    rewritten(folder, (NONE, ""), ('mode = "folder"', sending))
    ran = cli(*verb)
    assert ran.code == 3
    line = (folder / "config.toml").read_text().splitlines().index("[[partner]]") + 1
    for words in (f"line {line}: partner[UK-BL].proof", "is not written", 'proof = ["none"]', '["dkim"]'):
        assert words in ran.err
    assert "UK-CUSTOMER" not in ran.err


def test_in_folder_mode_it_is_said_at_check_and_at_start(cli: Cli, folder: Path) -> None:
    rewritten(folder, (NONE, ""))
    for verb in (["check"], ["run", "--once"]):
        ran = cli(*verb)
        assert ran.code == 0
        (unwritten,) = [line for line in ran.out.splitlines() if "UK-BL: proof" in line]
        (written,) = [line for line in ran.out.splitlines() if "UK-CUSTOMER: proof" in line]
        assert "not written" in unwritten
        assert 'proof "none"' in written
    shown = {one["symbol"]: one["proof"] for one in cli("partners", "--json").json}
    assert shown == {"UK-BL": "none", "UK-CUSTOMER": "none"}


@pytest.mark.parametrize("said", ["correct horse\n", "correct horse\r\n", "correct horse"])
def test_a_password_from_a_pipe_becomes_its_hash(cli: Cli, said: str) -> None:
    ran = cli("password", stdin=said)
    assert ran.code == 0
    assert passwords.is_of(b"correct horse", ran.out.removesuffix("\n"))
    assert "correct" not in ran.out + ran.err


def test_the_hash_that_is_printed_is_taken(cli: Cli, folder: Path) -> None:
    (folder / "bl.hash").write_text(cli("password", stdin="Grüße 7\n").out)
    given = LOGIN.format("").replace('""', '{ file = "bl.hash" }')
    rewritten(folder, (NONE, 'proof = ["login"]\n' + given), ("[deliver]", 'tls_cert = "x"\n[deliver]'))
    assert cli("partners").code == 0


@pytest.mark.parametrize("said", ["", "\n", "a\0b\n", "a\x1b[31mb\n", "x" * 1025 + "\n", "ü" * 600])
def test_what_is_no_password(cli: Cli, said: str) -> None:
    ran = cli("password", stdin=said)
    assert (ran.code, ran.out) == (1, "")
    assert "1 to 1024 octets" in ran.err


class _Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("twice", "words"), [(["a-secret", "a-secret"], ""), (["a-secret", "b-secret"], "differ")]
)
def test_at_a_terminal_it_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, twice: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from mailproc.cli import password
    from mailproc.errors import LocalFault

    said = iter(twice)
    monkeypatch.setattr(password, "getpass", lambda _prompt: next(said))
    monkeypatch.setattr(sys, "stdin", _Terminal())
    if words:
        with pytest.raises(LocalFault, match=words):
            password.password()
    else:
        password.password()
        assert passwords.is_of(b"a-secret", capsys.readouterr().out.strip())


def test_check_connect_asks_dns(cli: Cli, folder: Path) -> None:
    with NameServer() as server:
        server.answers["_domainkey.bl.example"] = SILENT
        more = 'proof = ["dkim"]\naccepts_from = ["@bl.example", "@answers.example"]\n'
        dns = f'[proof]\nnameservers = ["{server.address}"]\ndns_timeout = 0.3\n[deliver]'
        rewritten(folder, (NONE, more), ("[deliver]", dns))
        ran = cli("check", "--connect")
    assert ran.code == 1
    assert "ok    DNS of answers.example: it answers\n" in ran.out
    assert "WRONG DNS of bl.example: DNS gives no answer" in ran.out
    assert "customer.example" not in ran.out
