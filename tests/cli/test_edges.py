"""Numbers and dates at the edge, typed or in a file: a sentence that says what is wrong, and never a fault of
this program."""

import json

import pytest

FAULT = ("fault of this program", "Traceback", "OverflowError", "RecursionError")
DIGITS = "9" * 5000
REQUEST = {"service": "LOAN", "item": {"title": "A Book"}, "partners": ["UK-BL"]}
LAST, FIRST = "9999-12-31", "0001-01-01"


def with_text(text: str) -> str:
    """A request whose ``max_cost`` is this very text."""
    return json.dumps({**REQUEST, "max_cost": "HERE"}).replace('"HERE"', text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (with_text('{"amount": "1e999999999"}'), "max_cost.amount must be a number"),
        (with_text('{"amount": "-1e-999999999"}'), "max_cost.amount must be a number"),
        (with_text(f'{{"amount": "{DIGITS}"}}'), "max_cost.amount must be a number"),
        (with_text(f'{{"amount": {"9" * 4000}}}'), "max_cost.amount must be a number"),
        (with_text(f'{{"amount": {DIGITS}}}'), "a number of thousands of digits"),
        (with_text('{"amount": 1e999999999}'), "max_cost.amount must be a number"),
        (with_text('{"amount": "NaN"}'), "max_cost.amount must be a number"),
        (with_text('{"amount": NaN}'), "NaN is no number of JSON"),
        (with_text('{"amount": -Infinity}'), "-Infinity is no number of JSON"),
        ("[" * 100_000, "brackets are nested too deeply"),
        (json.dumps({**REQUEST, "note": "x" * 300_000}), "characters; at most 262144 are allowed"),
        (json.dumps({**REQUEST, "need_before": FIRST}), "need_before: 0001-01-01 has passed"),
        (json.dumps({**REQUEST, "need_before": "10000-01-01"}), "need_before must be a date"),
        (json.dumps({**REQUEST, "need_before": "9" * 5000}), "need_before must be a date"),
        (json.dumps({**REQUEST, "expiry": 10**17}), "expiry must be a date"),
    ],
)
def test_a_request_at_the_edge_is_refused_with_a_sentence(cli, text, says):
    ran = cli("request", "-", stdin=text)
    assert ran.code != 0 and says in ran.err
    assert not any(one in ran.err for one in FAULT) and len(ran.err) < 2000


@pytest.mark.parametrize("key", ["need_before", "expiry"])
def test_no_date_is_a_date(cli, placed, key):
    number = placed(**{key: LAST})
    assert cli("run", "--once").code == 0
    assert cli("show", number).code == 0 and cli("digest").code == 0
    assert cli("verify").code == 0


@pytest.mark.parametrize("day", [LAST, FIRST])
@pytest.mark.parametrize(("before", "action"), [("", "ship"), ("ship", "overdue"), ("", "will-supply")])
def test_an_act_names_a_day_at_the_end_of_the_calendar(cli, lent, day, before, action):
    if before:
        assert cli("act", lent, before).code == 0
    ran = cli("act", lent, action, "--date", day)
    assert not any(one in ran.out + ran.err for one in FAULT)
    assert cli("run", "--once").code == 0
    for verb in (("show", lent), ("digest",), ("verify",)):
        assert cli(*verb).code == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("ship", "--cost", "1e999999999 EUR"), "is no amount; write 12.50 EUR"),
        (("ship", "--cost", DIGITS), "--cost has 5000 characters; at most 4096 are allowed"),
        (("ship", "--date", "10000-01-01"), "is no date; write 2026-01-31"),
        (("ship", "--date", DIGITS), "is no date; write 2026-01-31"),
        (("message", "--note", "x" * 5000), "--note has 5000 characters; at most 4096 are allowed"),
        (("hold", "--position", DIGITS), "--position"),
        (("overdue", "--level", DIGITS), "--level"),
    ],
)
def test_an_act_at_the_edge_is_refused_with_a_sentence(cli, lent, options, says):
    ran = cli("act", lent, *options)
    assert ran.code != 0 and says in ran.err
    assert not any(one in ran.err for one in FAULT) and len(ran.err) < 2000


@pytest.mark.parametrize("value", ["1e999999999", 10**4000, "9" * 4000, -(10**18)])
def test_an_apdu_at_the_edge_is_refused_with_a_sentence(cli, value):
    said = {"type": "SHIPPED", "cost": {"amount": value}, "shipped_service": "LOAN"}
    ran = cli("encode", "-", "--codec", "iso10161", stdin=json.dumps(said))
    assert ran.code != 0 and "cost.amount must be a number in quotes" in ran.err
    assert not any(one in ran.err for one in FAULT)


@pytest.mark.parametrize("number", ["B" + "9" * 5_000, "B1-" + "9" * 5_000, "L٣", "B1-²"])
def test_a_number_that_no_store_has_is_not_found(cli, placed, number):
    placed()
    ran = cli("show", number)
    assert ran.code == 1
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "verb",
    [
        ("letters", "--print", "--partner", "UK-BL"),
        ("charges", "--kind", "bogus"),
        ("charges", "B1", "--csv"),
        ("request", "--title", "A book", "--partner", "UK-BL", "--their-number", "5"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(cli, verb):
    ran = cli(*verb)
    assert ran.code == 1 and "has no use" in ran.err


def test_letters_are_listed_by_the_states_that_are_stored(cli):
    assert "There are no letters yet." in cli("letters").out
    assert "No letter matches." in cli("letters", "--state", "filed").out
    assert cli("letters", "--state", "filed-answered").code == 1
