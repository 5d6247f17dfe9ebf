"""ILL-String: words come back as words, names come back to the octet."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproc.protocols.iso10161.fields import strings
from mailproc.protocols.iso10161.fields.strings import NAME, STRANGE, WORDS, tidy

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.binary(max_size=40))
@example(b"\xff")
@example(b"caf\xe9")
@example("\ufffd".encode())
@example("\ufffdcafé".encode())
@example(b"a\0b")
@example("␀".encode())
@example(b"\xff\0" + "␀".encode())
def test_a_name_gives_back_the_very_octets(octets: bytes) -> None:
    text = NAME.read(("generalString", octets))
    assert "\0" not in text, "no store takes a NUL in a text"
    text.encode("utf-8")
    assert NAME.write(text) == ("generalString", octets)


@given(ANY_TEXT.filter(lambda text: not text.startswith(STRANGE) and "\0" not in text))
def test_a_name_of_ours_is_read_as_we_wrote_it(text: str) -> None:
    assert NAME.read(NAME.write(text)) == text


@given(ANY_TEXT)
@example("é\u0080")
@example("Ã©")
@example("\r\0\n")
@example("\x85")
def test_words_come_back_tidied_once(text: str) -> None:
    written = WORDS.write(text)
    if written is None:
        assert not tidy(text)
        return
    assert WORDS.read(written) == tidy(text) == tidy(tidy(text))
    assert b"\0" not in written[1]


@given(st.binary(max_size=40))
def test_any_octets_are_read_as_words(octets: bytes) -> None:
    text = WORDS.read(("edifactString", octets))
    if text is not None:
        assert WORDS.read(WORDS.write(text)) == text


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("plain", b"plain"),
        ("Müller", b"M\xfcller"),
        ("Ã¼", "Ã¼".encode()),  # its Latin-1 would be read as ü
        ("Łódź", "Łódź".encode()),
        ("1 €", "1 €".encode()),
        ("two\nlines", b"two\r\nlines"),
        ("  blanks around \n", b"blanks around"),
        ("\ud800", b"?"),
    ],
)
def test_how_words_are_written(text: str, octets: bytes) -> None:
    assert WORDS.write(text) == ("generalString", octets)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"Gr\xfc\xdfe", "Grüße"),
        ("Grüße".encode(), "Grüße"),
        (b"5 \x80", "5 €"),  # Windows-1252
        (b"\x81\xe9", "\x81é"),  # not even that
        (b"one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        (b" \0 ", None),
        (b"", None),
    ],
)
def test_how_words_are_read(octets: bytes, text: str | None) -> None:
    assert WORDS.read(("generalString", octets)) == text
    assert text is None or strings.tidy(text) == text
