"""The day's letter to staff: each open request stands in it once, and the sum is right."""

import json
import re
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.ill import apdu_json
from mailproc.notices.catalogue import NOTICES, OurLibrary, StaffDigest
from mailproc.notices.digest import (
    MOST_SHOWN,
    DigestGroup,
    DigestLetter,
    DigestMailbox,
    DigestRequest,
    DigestText,
    digest,
)
from mailproc.notices.language_files import ENGLISH, shipped
from mailproc.templating.contract import fields_of, sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from tests.notices.rendering import render
from tests.support.short_form import examples

TEMPLATES = Templates([shipped_folder()], NOTICES)
LIBRARY = sample_of(OurLibrary)
DAY = "Mon 23 Nov"


def request(number: int, also: tuple[str, ...] = (), **changes: str) -> DigestRequest:
    return sample_of(DigestRequest, number=f"B{number}", also=also, **changes)


def letter(number: str, **changes: str) -> DigestLetter:
    return sample_of(DigestLetter, number=number, **changes)


def text_of(made: StaffDigest, language: str = "en") -> str:
    notice = render(TEMPLATES, "staff/digest", language, made)
    return f"{notice.subject}\n\n{notice.text}"


def test_a_day_that_was_counted_before_the_upgrade_is_still_written() -> None:
    counted = json.loads(json.dumps(asdict(digest(LIBRARY, DAY, [("to answer", [request(17)])], 214))))
    for since in ("put_off", "hidden", "letters_needing"):
        del counted[since]
    made = apdu_json.value_from_json(StaffDigest, counted, "digest")
    assert "1 here + 214 waiting for others = 215 open." in text_of(made)
    assert "1 to be done, 214 waiting\n" in text_of(made)
    assert "1 zu bearbeiten, 214 warten\n" in text_of(made, "de")


def test_a_full_day_reads_like_this() -> None:
    groups = [
        (ENGLISH.attention_word("condition"), [request(17, title="Iron Bridges"), request(21)]),
        (
            ENGLISH.attention_word("end-of-rota"),
            [request(9, partner="", title="Small Rivers", since="Fri 20 Nov")],
        ),
        (ENGLISH.attention_word("lost"), []),
    ]
    made = digest(
        LIBRARY, DAY, groups, 214,
        unplaced=[letter("I12"), letter("E40", subject="")],
        unsent=[letter("O7", who="art@bl.example", subject="Order file", why="held back")],
        stuck=1,
        mailboxes=[DigestMailbox(name="ill", why="login refused", since="Sun 22 Nov")],
    )  # fmt: skip
    assert text_of(made) == (
        "Mon 23 Nov: 3 to be done, 214 waiting, 3 letters need a hand\n\n"
        "What needs attention, and why:\n\n"
        "they have a condition (2)\n"
        "  B17  Iron Bridges, Other Town Library, since Fri 20 Nov 2026\n"
        "  B21  On Letters, Other Town Library, since Fri 20 Nov 2026\n\n"
        "nobody left to ask (1)\n"
        "  B9  Small Rivers, since Fri 20 Nov\n\n"
        "3 here + 214 waiting for others = 217 open.\n\n"
        "Letters that could not be placed (2)\n"
        '  I12  ill@other.example "Re: B12": a letter could not be placed, since Fri 20 Nov 2026\n'
        "  E40  ill@other.example: a letter could not be placed, since Fri 20 Nov 2026\n"
        '  To do, as for I12: "mailproc attach I12 NUMBER" attaches it to a request,\n'
        '         "mailproc release I12" reads it again, "mailproc dismiss I12" dismisses it.\n\n'
        "Letters of ours that wait or failed (1)\n"
        '  O7  art@bl.example "Order file": held back, since Fri 20 Nov 2026\n\n'
        "Mailboxes, and the hub, that cannot be read, or not wholly (1)\n"
        "  ill: login refused, since Sun 22 Nov\n\n"
        '"mailproc show NUMBER" shows a request, "mailproc shelved" and "mailproc outbox" show the letters.\n'
    )


def test_a_quiet_day_says_so() -> None:
    text = text_of(digest(LIBRARY, "Mo 23. Nov", [], 214), "de")
    top = "Mo 23. Nov: 0 zu bearbeiten, 214 warten\n\nHeute ist nichts zu bearbeiten.\n\n"
    assert text.startswith(f"{top}0 hier, 214 bei anderen: zusammen 214 offen.\n\n")
    assert len(text.splitlines()) == 7


@pytest.mark.parametrize(
    "more",
    [
        {"unsent": [letter("O7", why="held back")], "stuck": 1},
        {"unplaced": [letter("I12")]},
        {"mailboxes": [DigestMailbox(name="ill", why="login refused", since="Sun 22 Nov")]},
        {"texts": [DigestText(path="en/patron/arrived.txt", why="line 3", more=0)]},
    ],
)
def test_what_needs_a_hand_is_never_called_nothing(more: dict[str, Any]) -> None:
    made = digest(LIBRARY, DAY, [], 5, **more)
    subject, _, head = text_of(made).partition("\n\n")
    letters = ", 1 letter needs a hand" if made.letters_needing else ""
    assert subject == f"Mon 23 Nov: 0 to be done, 5 waiting{letters}"
    assert head.startswith("No request needs attention today, but what stands below does.\n")
    assert "nichts zu bearbeiten" not in text_of(made, "de")


def test_a_letter_that_waits_its_turn_needs_nobody() -> None:
    made = digest(LIBRARY, DAY, [], 5, unsent=[letter("O7", why="waiting")])
    assert text_of(made).startswith(f"{DAY}: 0 to be done, 5 waiting\n\nNothing needs attention today.\n")


def test_a_request_of_several_reasons_stands_in_the_first_group_alone() -> None:
    made = digest(
        LIBRARY, DAY, [("a", [request(1)]), ("b", [request(1), request(2)]), ("c", [request(2)])], 0
    )
    assert [(group.reason, [one.number for one in group.requests]) for group in made.groups] == [
        ("a", ["B1"]), ("b", ["B2"])
    ]  # fmt: skip
    assert made.all_open == 2


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_long_group_is_cut_and_says_how_much_is_missing(language: str) -> None:
    many = [request(number) for number in range(MOST_SHOWN + 3)]
    letters = [letter(f"I{number}") for number in range(MOST_SHOWN + 4)]
    made = digest(LIBRARY, DAY, [("why", many)], 0, unplaced=letters, unsent=letters[:MOST_SHOWN])
    text = text_of(made, language)
    assert f"why ({MOST_SHOWN + 3})" in text
    assert re.findall(r"(?:and|und) (\d+) (?:more|weitere)", text) == ["3", "4"]
    assert len(re.findall(r"^  B\d+ ", text, re.MULTILINE)) == MOST_SHOWN
    assert len(re.findall(r"^  I\d+ ", text, re.MULTILINE)) == 2 * MOST_SHOWN


@pytest.mark.parametrize(
    ("language", "head", "sum_"),
    [("en", "Nothing happens by itself", "= 3 "), ("de", "von selbst", "zusammen 3 offen")],
)
def test_what_happens_by_nobody_is_listed_under_its_state(language: str, head: str, sum_: str) -> None:
    text = text_of(
        digest(LIBRARY, DAY, [], 3, idle=[("on its way", [request(7)]), ("lent", [request(8)])]), language
    )
    assert text.index(sum_) < text.index(head) < text.index("on its way (1)") < text.index("lent (1)")
    assert text.count(head) == 1
    assert head not in text_of(digest(LIBRARY, DAY, [], 3), language)


def test_the_help_says_how_many_are_shown() -> None:
    assert f"at most {MOST_SHOWN}" in fields_of(DigestGroup)["requests"].help


def test_a_strangers_subject_is_one_short_line() -> None:
    made = digest(LIBRARY, DAY, [], 0, unplaced=[letter("I1", subject="x\n\nBcc: a\r\n" + "y " * 500)])
    line = next(line for line in text_of(made).splitlines() if line.startswith("  I1 "))
    assert len(line) < 170
    assert '"x Bcc: a y' in line


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.lists(st.integers(1, 90), max_size=80)), max_size=5),
    st.integers(0, 10**6),
    st.sampled_from(["en", "de"]),
)
def test_groups_and_waiting_are_all_that_is_open(
    groups: list[tuple[str, list[int]]], waiting: int, language: str
) -> None:
    made = digest(LIBRARY, DAY, [(why, [request(n) for n in numbers]) for why, numbers in groups], waiting)
    different = {n for _, numbers in groups for n in numbers}
    assert made.all_open == len(different) + waiting
    assert made.needing == sum(len(group.requests) + group.more for group in made.groups) == len(different)
    text = text_of(made, language)
    sums = r"^(\d+) (?:here|hier)\D+(\d+) \D+(\d+) (?:open|offen)"
    shown, waits, total = map(int, re.findall(sums, text, re.MULTILINE)[0])
    assert shown + waits == total == made.all_open
    assert sum(int(n) for n in re.findall(r"^[abcd] \((\d+)\)$", text, re.MULTILINE)) == shown


@pytest.mark.parametrize(("language", "word"), [("en", "also"), ("de", "außerdem")])
def test_no_reason_hides_behind_another(language: str, word: str) -> None:
    also = tuple(shipped(language).attention_word(reason) for reason in ("message", "forwarded-unknown"))
    made = digest(LIBRARY, DAY, [(shipped(language).attention_word("damaged"), [request(17, also)])], 0)
    assert f" ({word}: {', '.join(also)}), " in text_of(made, language)
