from pathlib import Path

import pytest

from mailproc.practice import scripts
from mailproc.practice.scripts import Reply

DOCS = Path(__file__).parents[2] / "docs" / "practice.md"

CODES = {
    "SHIPPED COPY", "*TOTAL LIBRARY", "*TOTAL LIBRARY MAX COST 41.50", "USE*3", "USE O/D", "CAT*REAPPLY 6",
    "CRF*CANNOT MATCH ITEM", "DIRECT", "NOT", "NOT*NUKL", "RCOP", "*INVALID ORDERING OPTIONS",
    "TOTAL LOAN*MORE THAN 1 VOLUME", "CANC", "NCANC", "RENEWED*{renewed}", "NO RENEW",
    "DUE*AUTOMATIC RENEWAL PENDING", "DUE WAIT", "DUE", "*FINAL DEMAND",
}  # fmt: skip


def test_every_published_reply_code_can_be_heard() -> None:
    said = {reply.say for script in scripts.scripts() for reply in script.replies if reply.say}
    assert said - CODES == {"LONDON"}
    assert CODES - said == set()


def test_no_word_chooses_two_scripts() -> None:
    words = [word for script in scripts.scripts() for word in script.words]
    assert len(words) == len(set(words))


def test_a_reply_says_one_thing_only() -> None:
    for script in scripts.scripts():
        for reply in script.replies:
            assert bool(reply.say) != bool(reply.text), script.words
            assert reply.only in ("", "COPY", "LOAN"), script.words


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (("WAITING for the tide",), "WAITING"),
        (("Journal of Tides", "2019 VOL 1", "On CANCEL NO and its uses"), "CANCEL NO"),
        (("Tides that do not ship",), "SHIP"),  # small letters are only a title
        (("NOTES ON NOTHING",), "SHIP"),  # whole words
        (("NOT*NUKL",), "NOT"),
        (("REAPPLY NOT",), "REAPPLY"),  # the first one counts
        ((), "SHIP"),
    ],
)
def test_a_word_in_the_lines_chooses(lines: tuple[str, ...], word: str) -> None:
    assert word in scripts.choose(lines).words


def test_the_table_in_the_documentation_is_this_table() -> None:
    between = DOCS.read_text("utf-8").partition("<!-- words -->\n")[2].partition("<!-- /words -->")[0]
    assert between == table()


def table() -> str:
    rows = ["| word in the title | what happens | answers |", "|---|---|---|"]
    for script in scripts.scripts():
        words = ", ".join(f"`{word}`" for word in script.words)
        answers = "<br>".join(map(cell, script.replies)) or "none"
        rows.append(f"| {words} | {script.help} | {answers} |")
    return "\n".join(rows) + "\n"


def cell(reply: Reply) -> str:
    said = f"`{reply.say}`" if reply.say else "an unreadable letter"
    service = f" (a {reply.only.lower()})" if reply.only else ""
    return f"{reply.on}: {said}{service}{', by both doors' if reply.both else ''}"
