"""Where a command ends is read twice, by who cuts and by who parses: both must see the same lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.protocols.slnp.grammar import Cutter, SyntaxFault, parse

BLANKS = (" ", "\t", "\r", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u2028")
END = "SLNPEndCommand"


def cut(text: str) -> list[bytes]:
    return list(Cutter().feed(text.encode()))


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("before", [True, False])
def test_the_end_is_the_end_for_both(blank: str, before: bool) -> None:
    end = f"{blank}{END}" if before else f"{END}{blank}"
    text = f"SLNPFLBestellung\nA:1\n{end}\nB:2\n{END}\n"
    (first, *_) = cut(text)
    try:
        read = parse(first)
    except SyntaxFault:
        return  # the whole is answered 520: nothing of it is left out
    assert ("B" in [field.name for field in read.fields]) == (first == text.encode())
    assert len(cut(text)) == (2 if blank in " \t\r" else 1)


LINES = st.sampled_from(["A:1", "SLNPX", END, "SLNPBegin", "SLNPEnd", "SLNPQuit", ""])
TEXTS = st.lists(
    st.tuples(st.sampled_from(("", *BLANKS)), LINES, st.sampled_from(("", *BLANKS))), max_size=12
)


@given(TEXTS)
def test_nothing_of_a_command_that_is_read_stands_behind_its_end(lines: list[tuple[str, str, str]]) -> None:
    for piece in cut("".join(f"{''.join(line)}\n" for line in lines)):
        try:
            read = parse(piece)
        except SyntaxFault:
            continue
        assert piece.count(b"\n") >= len(read.fields) + 2
        assert piece.decode().rstrip("\n").rpartition("\n")[2].replace("\r", "").strip(" \t") == END
        said = [line.replace("\r", "").strip(" \t") for line in piece.decode().split("\n")]
        assert said.count(END) == 1
