"""Whatever we answer, the clients that are known read it: each by its own rules."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mailproc.protocols.slnp import answers, commands, conversation
from mailproc.protocols.slnp.commands import CommandSaid

ANY = st.text(max_size=60)
VALUES = st.dictionaries(st.sampled_from(["BsTyp", "ExternReferenz", "TitelId"]), ANY, max_size=3)
GREEDY = re.compile(r"(\d{3}) (?:(.*):)?(.*)")
"""A client in Java: three digits, and a name up to the last colon."""


def read_greedy(octets: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = octets.decode().split("\n")
    assert lines.pop() == ""
    for line in lines:
        code, name, value = GREEDY.fullmatch(line).groups()  # type: ignore[union-attr]
        assert code in ("240", "250", "510", "520", "600", "601")
        if code == "601":
            found[name] = value
    return found


@given(number=ANY, values=VALUES, words=ANY)
def test_an_answer_with_data_is_read_by_a_greedy_client(
    number: str, values: dict[str, str], words: str
) -> None:
    said = CommandSaid(commands.ORDER, values)
    read = read_greedy(conversation.taken(said, number, {"pfl-ok": words, "afl-ok": words}))
    assert set(read) <= {"PFLNummer", "OKMsg"}
    assert ":" not in "".join(read.values())


@given(words=ANY)
def test_a_refusal_is_one_line_that_begins_with_its_code(words: str) -> None:
    """Clients in Perl and Java read line by line, and look at the beginning."""
    for octets, code in ((answers.refused(words), b"510 "), (answers.failed(words), b"520 ")):
        assert octets.startswith(code)
        assert octets.count(b"\n") == 1
        assert octets.endswith(b"\n")


@given(pin=ANY)
def test_the_data_of_a_reader_end_within_twenty_lines(pin: str) -> None:
    lines = answers.data(commands.PATRON, [("Nachname", pin)]).splitlines()
    assert lines[-1] == b"250 SLNPEndOfData"
    assert len(lines) == 3
