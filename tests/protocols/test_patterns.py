"""Regular expressions in data: none that never ends is taken, and a letter shows which row read it."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import regex

from mailproc.errors import Misconfigured
from mailproc.mail.parse import parse
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.read.explain import explain
from mailproc.protocols.artemail.tables import pattern_budget, patterns
from mailproc.protocols.artemail.tables.pattern_budget import Pattern, PatternLocation
from mailproc.protocols.artemail.tables.reply_codes import Layout
from mailproc.protocols.registry import Registry

SAMPLES = Path(__file__).parents[1] / "samples" / "artemail"

HERE = PatternLocation(Path("codes.toml"), "line 3: [[code]] FOO")


def compiled(pattern: str) -> Pattern:
    return patterns.compiled(pattern, HERE, known=("x",))


ENDLESS = [
    r"(A+)+", r"(A*)*B", r"(?:A|AA)+$", r"(\w+\s?)*x", r"(.*)*", r"(?:.*,){20}x", r".*.*.*x", r"(x?)*y",
    r"([a-z]+)*\d", r"(?=(A+)+)x", r"(?:(?:A{1,50}){1,50}){1,50}", r"(A|B|AB)*C", r"(.+)\1x",
    r"(?:\d{1,16}){1,16}x", r"(?>A+)+B+C+D+E+.*",
    r"(?:A|AA){40}!", r"(?:A?){34}A{34}", r"(?:A|A){40}B", r"(?:[A-Z]|\w){28}!",
]  # fmt: skip
"""The library that tries them knows short cuts for most."""
HARMLESS = [
    r"NOT", r".*", r"A.*B.*", r"[^ ]+ [A-Z]+ \d{2}", r"(?:\d\d-){3}", r"(?P<x>\d{1,5})(?:[.,]\d{2})?",
    r"(?:one|two|three) (?:more)? .{0,200}", r"(?<!\d)\d{4}", r"A{3,40}", r"(?:RE: ?)?(?:FWD: ?)?X\b.*",
]  # fmt: skip


BROKEN = ["(", "[a", "a**", "(?P<x>a)(?P<x", "*", r"(?P<y>a)", "(" * 5_000 + ")" * 5_000]


@pytest.mark.parametrize("pattern", BROKEN)
def test_a_broken_pattern_is_refused_and_shown(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"^pattern '"):
        compiled(pattern)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_harmless_pattern_is_taken(pattern: str) -> None:
    assert compiled(pattern).expression.pattern == pattern


@pytest.mark.parametrize("line", ["a" * 200, "a1 " * 66, "1" * 200, " " * 200, "TX" * 100, "*-" * 100])
def test_what_is_taken_ends(line: str, codec: ArtemailCodec, steady: Callable[..., None]) -> None:
    """The shipped ones, which no clock watches."""
    phrases = [pattern for row in codec.replies.phrases.rows for pattern in row.patterns]

    def work(text: str) -> None:
        for pattern in (*map(compiled, HARMLESS), *phrases):
            pattern.search(text)
            pattern.fullmatch(text + "\x00")

    steady(work, line, line + line[:20])


@pytest.mark.costly
@pytest.mark.parametrize("pattern", ENDLESS)
@pytest.mark.parametrize("length", [34, 60, 100])
def test_no_code_holds_a_letter_for_long(
    pattern: str, length: int, overlaid: Callable[[str], ArtemailCodec], impatient: None
) -> None:
    codec = overlaid(f"\n[[code]]\nword='FOO'\npattern='{pattern}'\napdu='MESSAGE'\n{SEEN}")
    mail = parse(f"Subject: Replies\n\nB1-1    {'A' * length}\n".encode())
    assert_ends(lambda: codec.decode(mail), "line 3: [[code]] FOO", pattern)
    assert_ends(lambda: explain(codec, mail), "line 3: [[code]] FOO", pattern)


SEEN = "confidence='seen'\nsource='us'\n"
HANGS = r"(?:A|AA){40}!"


def assert_ends(work: Callable[[], object], row: str, pattern: str, *, surely: bool = False) -> None:
    """``work`` ends, and soon; if by the clock, the sentence says which row of which file it was."""
    begun = time.process_time()
    try:
        work()
    except Misconfigured as wrong:
        assert "codes.toml: " + row in str(wrong)  # it need not be raised
        assert repr(pattern) in str(wrong)
    else:
        assert not surely
    assert time.process_time() - begun < 10 * pattern_budget.SECONDS


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_budget, "SECONDS", 0.1)


def test_an_expression_that_does_not_end_in_what_time_is_left_is_named(impatient: None) -> None:
    pattern = Pattern(regex.compile(HANGS), PatternLocation(Path("codes.toml"), "line 3"))
    with pattern_budget.one_letter():
        allowance = pattern_budget._allowance.get()
        assert allowance is not None
        while allowance.left(shipped=False) > 0.4 * pattern_budget.SECONDS:
            pass  # other lines of the letter took the rest
        with pytest.raises(Misconfigured, match="line 3"):
            pattern.search("A" * 60)


LAYOUT = {
    "line": f"(?P<number>B1-1) (?P<code>{HANGS})",
    "file_ref": f"(?P<file_ref>{HANGS})",
    "order_rejected": f"(?P<number>{HANGS})",
    "reference": f"(?P<number>{HANGS})",
    "order_line": f"(?P<order_line>{HANGS})",
    "status": f"(?P<status>{HANGS})",
} | dict.fromkeys(("stop", "quoted", "accepted", "rejected", "link", "delivery", "auto_reply"), HANGS)


def test_every_key_of_the_layout_is_tried_here() -> None:
    assert {name for name, kind in Layout.__annotations__.items() if kind is Pattern} == set(LAYOUT)


@pytest.mark.costly
@pytest.mark.parametrize("key", LAYOUT)
def test_no_key_of_the_layout_holds_a_letter_for_long(
    key: str, overlaid: Callable[[str], ArtemailCodec], impatient: None
) -> None:
    codec = overlaid(f"# ours\n[layout]\n{key} = '{LAYOUT[key]}'\n")
    of_subject = ("auto_reply", "accepted", "rejected", "file_ref")
    subject = "A" * 60 if key in of_subject else "FILEREFNO 1 accepted"
    link = "https://docs.example/d/00012345-001 " if key == "delivery" else ""
    lines = ("B1-1 " + "A" * 60, link + "A" * 60, "Our order: 00012345-001")
    mail = parse("\n".join([f"Subject: {subject}", "", *lines, ""]).encode())
    assert_ends(lambda: codec.decode(mail), f"line 3: [layout] {key}", LAYOUT[key], surely=True)


def test_no_phrase_holds_a_letter_for_long(overlaid: Callable[[str], ArtemailCodec], impatient: None) -> None:
    codec = overlaid(f"[[twin]]\nword='NOT'\npatterns=['{HANGS}']\n{SEEN}")
    mail = parse(f"Subject: x\n\nYour reference: B1-1\nStatus: {'A' * 60}\n".encode())
    assert_ends(lambda: codec.recognise(mail), "line 2: [[twin]] NOT", HANGS, surely=True)


def test_many_slow_lines_have_one_letters_time_together(
    overlaid: Callable[[str], ArtemailCodec], impatient: None
) -> None:
    codec = overlaid(f"[[code]]\nword='FOO'\npattern='(?:A|AA){{18}}!'\napdu='MESSAGE'\n{SEEN}")
    lines = "\n".join(f"B{n}-1 {'A' * 40}{n}" for n in range(1_000))
    mail = parse(f"Subject: Replies\n\n{lines}\n".encode())
    assert_ends(lambda: codec.decode(mail), "line 2: [[code]] FOO", "(?:A|AA){18}!", surely=True)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("[layout]\nline = '(?P<number>(?:\\w+) (?P<code>.+)'\n", r"\[layout\]: line: pattern"),
        ("[layout]\nstop = '(-+'\n", r"\[layout\]: stop: pattern"),
        ("[layout]\nmost_prose = 'many'\n", r"\[layout\]: most_prose: a number"),
        ("[layout]\nlink = 3\n", r"\[layout\]: link: a text"),
        ("[layout]\nstatus = '.*'\n", r"status: pattern '\.\*' has no group \(\?P<status>"),
        (
            "[[code]]\nword='X'\npattern='(X+'\napdu='MESSAGE'\nconfidence='seen'\nsource='us'\n",
            r"\[\[code\]\] X: pattern '\(X\+': missing \)",
        ),
        (
            "[[twin]]\nword='NOT'\npatterns=['(a*']\nconfidence='seen'\nsource='us'\n",
            r"\[\[twin\]\] NOT: pattern '\(a\*': missing \)",
        ),
        (
            "[[twin]]\nword='NOT'\npatterns=[]\nconfidence='seen'\nsource='us'\n",
            r"line 2: \[\[twin\]\] NOT: patterns",
        ),
        (
            "[[twin]]\nword='NTO'\npatterns=['x']\nconfidence='seen'\nsource='us'\n",
            r"\[\[twin\]\] NTO: says: 'NTO' is not the code NTO",
        ),
        (
            "[[twin]]\nword='USE*'\npatterns=['x']\nsays='NOT'\nconfidence='seen'\nsource='us'\n",
            r"\[\[twin\]\] USE\*: says: 'NOT' is not the code USE\*",
        ),
        (
            "[[twin]]\nword='USE*'\npatterns=['you are number (?P<pos>\\d+)']\nsays='USE*{position}'\n"
            "confidence='seen'\nsource='us'\n",
            r"line 2: \[\[twin\]\] USE\*: pattern .*: there is no group 'pos' here; known are position",
        ),
        (
            "[[twin]]\nword='USE*'\npatterns=['you are number (\\d+)']\nsays='USE*{position}'\n"
            "confidence='seen'\nsource='us'\n",
            r"line 2: \[\[twin\]\] USE\*: says: {position} is a group of no pattern",
        ),
        (
            "[[twin]]\nword='USE*'\npatterns=['number (?P<position>\\d+)', 'in line']\n"
            "says='USE*{position}'\nconfidence='seen'\nsource='us'\n",
            r"line 2: \[\[twin\]\] USE\*: pattern 'in line': without the group position",
        ),
        (
            "[[twin]]\nword='USE O/D'\npatterns=['soon']\nsays='USE O/D {date}'\n"
            "confidence='seen'\nsource='us'\n",
            r"line 2: \[\[twin\]\] USE O/D: says: {date} is a group of no pattern",
        ),
        (
            "[[twin]]\nword='USE*'\npatterns=['(?P<position>\\d+)']\nsays='USE*{place}'\n"
            "confidence='seen'\nsource='us'\n",
            r"line 2: \[\[twin\]\] USE\*: says: 'USE\*{place}' is not the code",
        ),
        (
            "[[code]]\nword='X'\npattern='X (?P<dew>DATE)'\napdu='OVERDUE'\nconfidence='seen'\nsource='us'\n",
            r"line 2: \[\[code\]\] X: pattern .* there is no group 'dew' here; known are .*due",
        ),
        (
            "[layout]\nline = '(?P<number>X) (?P<order>Y) (?P<code>.+)'\n",
            r"\[layout\]: line: pattern .* no group 'order' here; known are number, code, order_line",
        ),
    ],
)
def test_a_mistake_names_its_row(text: str, row: str, overlaid: Callable[[str], ArtemailCodec]) -> None:
    with pytest.raises(Misconfigured, match=row) as wrong:
        overlaid(text)
    assert wrong.value.setting
    assert wrong.value.setting.key == "artemail.replies"


def test_a_site_that_changes_a_code_need_not_change_its_twin(
    overlaid: Callable[[str], ArtemailCodec],
) -> None:
    row = "[[code]]\nword='CANC'\npattern='ANNULE'\napdu='CANCEL_REPLY'\nanswer=true\n"
    codec = overlaid(row + "confidence='seen'\nsource='us'\n")
    assert "CANC" not in {phrase.word for phrase in codec.replies.phrases.rows}
    said = codec.decode(parse(b"Subject: Replies\n\nLIB-1   ANNULE\n"))
    assert [apdu.reply_code for apdu in said.apdus] == ["ANNULE"]


def kinds(name: str, codec: ArtemailCodec) -> list[tuple[int, str]]:
    told = explain(codec, parse((SAMPLES / f"{name}.eml").read_bytes())).lines
    return [(line.line, line.kind) for line in told]


EXPLAINED = [
    ("report-other-systems", "report",
     [(0, "prose"), (1, "heading"), (3, "reply"), (4, "reply"), (5, "reply"), (6, "unknown")]),
    ("twin-wrapped-status", "twin",
     [(0, "prose"), (1, "twin"), (2, "twin"), (3, "twin"), (4, "twin"), (6, "prose")]),
    ("receipt-one-order-rejected", "receipt", [(0, "receipt"), (1, "prose"), (2, "rejected")]),
    ("report-quoted-before", "report",
     [(0, "prose"), (1, "reply"), (3, "prose"), (4, "quoted"), (5, "quoted")]),
    ("delivery-link", "delivery", [(0, "heading"), (1, "delivery")]),
    ("auto-out-of-office", "automatic", [(0, "heading"), (1, "prose"), (3, "prose")]),
    ("report-after-stop", "report", None),
    ("plain-scan", "plain", [(n, "order") for n in range(6)]),
    ("order-loan", "orders",
     [(1, "heading"), (2, "heading"), *((n, "order") for n in range(7, 13)), (17, "order")]),
    ("nobody-person", "", None),
    ("bounce-qmail", "automatic", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "lines"), EXPLAINED, ids=[name for name, _, _ in EXPLAINED])
def test_each_line_is_told(
    name: str, kind: str, lines: list[tuple[int, str]] | None, codec: ArtemailCodec
) -> None:
    assert explain(codec, parse((SAMPLES / f"{name}.eml").read_bytes())).kind == kind
    if lines is not None:
        assert kinds(name, codec) == lines


def test_what_stands_behind_the_end_is_unread(codec: ArtemailCodec) -> None:
    told = explain(codec, parse(b"Subject: x\n\nLIB-1   NOT\n-- \nLIB-2   NOT\n")).lines
    assert [line.kind for line in told] == ["prose", "reply", "unread", "unread"]


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.eml")), ids=lambda file: file.stem)
def test_the_explanation_agrees_with_the_decoder(file: Path, registry: Registry) -> None:
    """Same letter, masked: the messages that lines are said to be are those that are decoded."""
    codec = registry.by_name("artemail")
    masked = parse(registry.mask(file.read_bytes()))
    told = explain(codec, masked)
    assert "Q7W8E9R" not in repr(told)
    if told.kind in ("report", "receipt", "twin"):
        said = codec.decode(masked)
        found = [line.apdu for line in told.lines if line.apdu]
        assert sorted(map(repr, found)) == sorted(map(repr, (*said.apdus, *said.unsure)))


def test_a_sites_own_row_is_told_as_such(overlaid: Callable[[str], ArtemailCodec]) -> None:
    row = "[[code]]\nword='GONE'\npattern='GONE'\napdu='MESSAGE'\nconfidence='seen'\nsource='us'\n"
    told = explain(overlaid(row), parse(b"Subject: x\n\nLIB-1   GONE\nLIB-2   NOT\n")).lines
    assert [(line.row, line.overlaid) for line in told[1:]] == [
        ("[[code]] GONE", True),
        ("[[code]] NOT", False),
    ]


class Clock:
    now = 0.0

    def read(self) -> float:
        return self.now


class Taking:
    """An expression that matches nothing, and takes so many seconds of the clock."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds, self.pattern = clock, seconds, f"takes {seconds}"

    def fullmatch(self, _text: str, timeout: float) -> None:  # noqa: ARG002  # it ends in time
        self._clock.now += self._seconds


def test_who_took_the_time_is_at_fault_and_not_who_comes_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    clocks = SimpleNamespace(perf_counter=clock.read, thread_time=clock.read)
    monkeypatch.setattr(pattern_budget, "time", clocks)
    slow, quick = (
        Pattern(cast(Any, Taking(clock, seconds)), PatternLocation(Path("replies.toml"), f"line {line}"))
        for line, seconds in ((1, pattern_budget.SECONDS / 10), (2, pattern_budget.BLAMED / 10))
    )
    with pattern_budget.one_letter(), pytest.raises(Misconfigured, match="line 1") as at_fault:
        for _ in range(11):
            assert slow.fullmatch("NOT") is None
            assert quick.fullmatch("NOT") is None
    assert "line 2" not in str(at_fault.value)
