"""`slips`: what is new is printed once, and again with --reprint; the history says so."""

import json
from collections.abc import Callable

from tests.command_line import Ran

Cli = Callable[..., Ran]

HOSTILE = "<para>\u202e[barcode]\x1b[2J\u2028" + "x" * 3_000


def lend(cli: Cli, title: str = "A Book", **more: object) -> str:
    value = {"as": "lender", "service": "LOAN", "item": {"title": title}, "partners": ["UK-CUSTOMER"]}
    ran = cli("request", "-", "--anyway", stdin=json.dumps(value | {"their_number": "C1"} | more))
    assert ran.code == 0, ran.err
    return ran.out.split()[0]


def test_a_pull_slip_is_printed_once(cli: Cli) -> None:
    lend(cli, "Δοκιμή über Письма 書", need_before="2999-12-01")
    shown = cli("slips", "--dry-run").out
    assert cli("slips").out == shown
    known = ("Please fetch for A Customer (loan)", "No shelfmark known", "Δοκιμή über Письма 書", "C1", "L1")
    assert [said for said in (*known, "2999") if said not in shown] == []
    assert cli("slips").out == "Nothing to print.\n"
    assert "printed the pull slip" in cli("show", "L1").out
    assert cli("verify").code == 0


def test_again_is_marked(cli: Cli) -> None:
    lend(cli)
    first = cli("slips").out
    again = cli("slips", "--reprint", "L1").out
    assert "Reprint" not in first
    assert again.replace("Reprint\n", "") == first
    assert "printed again" in cli("show", "L1").out


def test_what_is_hostile_is_harmless(cli: Cli) -> None:
    lend(cli, HOSTILE)
    shown = cli("slips").out
    assert "[barcode]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 1_000


def test_what_makes_no_sense_is_refused(cli: Cli) -> None:
    lend(cli)
    for said, why in {
        ("L1",): "no kind of slip",
        ("--reprint",): "needs the numbers",
        ("--reprint", "L9"): "no request",
        ("bands", "--reprint", "L1"): "none of these slips",
    }.items():
        ran = cli("slips", *said)
        assert (ran.code, why in ran.err) == (1, True), ran
    assert cli("slips", "bands", "labels").out == "Nothing to print.\n"
    assert cli("slips", "pull", "--json").json[0]["number"] == "L1"
