"""Whatever the bytes, decoding raises RemoteFault or nothing, in bounded time."""

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import IllRequest
from mailproc.mail.last_letter import LastLetter
from mailproc.mail.letter import MOST_LINES, Letter, Part
from mailproc.mail.parse import parse
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.mask import MOST_PIECES, TOO_MANY
from mailproc.protocols.artemail.read import body_lines
from mailproc.protocols.artemail.read.body_lines import lines_of, spaced
from mailproc.protocols.artemail.read.replies import MOST_REPLIES, Replies
from mailproc.protocols.codec import Decoded
from mailproc.secret_words import MASK
from tests.support.short_form import examples

FOLDER = Path(__file__).parents[1] / "samples" / "artemail"
THREE = (FOLDER / "order-three-in-a-file.eml").read_bytes()
REPORT = (FOLDER / "report-all-codes.eml").read_bytes()
BODY = THREE.index(b"\r\n\r\n") + 4
LINES = (
    *("99-0001", "Q7W8E9R", "", "", "", "TX", "TX1", "TXL-2 S LOAN", "TX RZ", "NNNN", "nnnn", "A title"),
    *(":DELIVER ABOVE ITEM TO:", "a@example.org", "L-1 NOT", "L-1   RENEWED*99-99-9999", "> x", "2019"),
    *("L-2 CAT*REAPPLY 999", "FILEREFNO 1 accepted", "L-3 CANCEL", "TX9 CANCEL", "\x85", "\ufeff", "ſ"),
)
QUICK = settings(deadline=None, max_examples=examples(400), suppress_health_check=list(HealthCheck))


def decoded(raw: bytes, codec: ArtemailCodec) -> Decoded | None:
    """None where RemoteFault says that nothing can be read."""
    letter = parse(raw)
    recognised = codec.recognise(letter)
    try:
        return codec.decode(letter)
    except RemoteFault:
        assert not recognised, "what was recognised can be read"
        return None


def text_letter(text: str, subject: str = "") -> Letter:
    return Letter(raw=b"", subject=subject, parts=(Part("text/plain", b"", text=text),))


def test_a_file_cut_at_any_byte_gives_no_order(codec: ArtemailCodec) -> None:
    end = THREE.rindex(b"NNNN") + 4
    for length in range(len(THREE)):
        said = decoded(THREE[:length], codec)
        assert said is None or len(said.apdus) == (3 if length >= end else 0), length


def test_a_report_cut_at_any_byte_says_nothing_new(codec: ArtemailCodec) -> None:
    """A cut line may be another code ("NOT*NUKL" cut is "NOT"), but the lines before it stand."""
    whole = codec.decode(parse(REPORT)).apdus
    for length in range(len(REPORT)):
        said = decoded(REPORT[:length], codec)
        if said and len(said.apdus) > 1:
            count = len(said.apdus) - 1
            assert said.apdus[:count] == whole[:count]


@pytest.mark.parametrize(
    "junk", [b"\r\n", b"\x00", b"\xff\xfe", b"TX9 S LOAN\r\nX\r\nNNNN\r\n", b"-- \r\nMe\r\n", b"<html>"]
)
def test_what_follows_the_end_changes_nothing(junk: bytes, codec: ArtemailCodec) -> None:
    assert codec.decode(parse(THREE + junk)) == codec.decode(parse(THREE))


@pytest.mark.parametrize(
    "label", ["utf-8", "utf-7", "iso-8859-1", "koi8-r", "no-such", "", "base64", "us-ascii"]
)
def test_a_wrong_charset_does_not_hurt_ascii(label: str, codec: ArtemailCodec) -> None:
    raw = THREE.replace(b"charset=us-ascii", f"charset={label}".encode())
    assert codec.decode(parse(raw)).apdus == codec.decode(parse(THREE)).apdus


@QUICK
@given(raw=st.binary(max_size=400))
@example(raw=b"")
@example(raw=b"\r\n\r\n99-0001")
def test_any_bytes(raw: bytes, codec: ArtemailCodec) -> None:
    decoded(raw, codec)
    decoded(THREE[:BODY] + raw, codec)
    codec.mask(raw)


@QUICK
@given(
    pieces=st.lists(
        st.sampled_from(LINES),
        max_size=25,
    ),
    subject=st.sampled_from(["", "FILEREFNO 1 rejected", "FILEREFNO 99999999999999", "FILEREFNO 7 accepted"]),
)
@example(pieces=["L-1 NOT", "FILEREFNO 1 accepted"], subject="")
@example(pieces=["99-0001", "99-0001", "TX"], subject="")
def test_any_mixture_of_true_lines(pieces: list[str], subject: str, codec: ArtemailCodec) -> None:
    letter = text_letter("\n".join(pieces), subject)
    recognised = codec.recognise(letter)
    try:
        said = codec.decode(letter)
    except RemoteFault:
        assert not recognised
        return
    assert all(apdu.ref and (apdu.ref.number or apdu.ref.file_ref) for apdu in said.apdus)
    assert all(fault.text and "Q7W8E9R" not in fault.text for fault in said.faults)


@QUICK
@given(at=st.integers(0, len(THREE) - BODY - 1), byte=st.integers(0, 255))
def test_one_wrong_byte_affects_at_most_its_own_order(at: int, byte: int, codec: ArtemailCodec) -> None:
    """Or the frame: then no order is taken. An order is never read as two, nor a number invented."""
    raw = bytearray(THREE)
    raw[BODY + at] = byte
    said = decoded(bytes(raw), codec)
    whole = codec.decode(parse(THREE)).apdus
    if said and said.apdus and said.credentials and said.credentials.customer_code == "99-0001":
        unharmed = [apdu for apdu in said.apdus if apdu in whole]
        assert len(unharmed) >= 2 or len(said.apdus) + len(said.faults) <= 3


LONG = 40_000
FIVE_MEGABYTES = 5_000_000
TWIN = "Your reference: LIB-{n}\nStatus: this item is on loan\n"
HOSTILE = [
    "L",
    "1",
    "TX",
    "TX" + " " * 1000,
    "L-1 " + "* " * 500,
    "L-1   NOT" + " " * 1000 + "x",
    "05-08-2026 ",
    "99-0001 ",
    "VOL " * 200 + "\n",
    "L-1 " + "RENEWED*" * 20 + "\n",
    ">",
    "> " * 50 + "\n",
    "\n",
    "FILEREFNO ",
    "a\n",
    "LIB-{n}   SHIPPED COPY\n",
    "LIB-{n}   SOMETHING ODD\n",
    "some words of a person\n",
    TWIN,
]
HEADS = {"bare": "", "order": "99-0001\nQ7W8E9R\n\n\n\n\nTXL-1 S LOAN\n"}


def repeated(piece: str, length: int, head: str = "") -> Letter:
    if "{n}" in piece:
        body = "".join(piece.format(n=n) for n in range(length // len(piece)))
    else:
        body = piece * (length // len(piece))
    return text_letter(f"{head}{body}\nNNNN\n", subject=body[:5000])


@pytest.mark.costly
@pytest.mark.parametrize("piece", HOSTILE, ids=[repr(piece[:12]) for piece in HOSTILE])
@pytest.mark.parametrize("head", HEADS)
def test_twice_the_letter_takes_twice_the_time(
    head: str, piece: str, codec: ArtemailCodec, steady: Callable[..., None]
) -> None:
    one, two = (repeated(piece, length, HEADS[head]) for length in (LONG, 2 * LONG))
    steady(codec.recognise, one, two)
    steady(codec.decode, one, two)


LINES_OF_A_REPORT = ["\n", "a\n", "LIB-{n}   SHIPPED COPY\n", "LIB-{n}   SOMETHING ODD\n", TWIN]


@pytest.mark.costly
@pytest.mark.parametrize("piece", LINES_OF_A_REPORT)
def test_of_five_megabytes_no_more_is_read_than_a_report_may_have(piece: str, codec: ArtemailCodec) -> None:
    letter = repeated(piece, FIVE_MEGABYTES)
    if letter.text.count("\n") >= MOST_LINES:
        assert_too_large(letter, codec)
        return
    said = codec.decode(letter)
    assert len(said.apdus) + len(said.unsure) <= MOST_REPLIES
    assert said.faults


def assert_too_large(letter: Letter, codec: ArtemailCodec) -> None:
    for look in (codec.recognise, codec.perhaps, codec.decode):
        with pytest.raises(RemoteFault, match=f"too large to be read: .* more than {MOST_LINES} lines"):
            look(letter)


def test_a_letter_of_too_many_lines_is_not_read_at_all(codec: ArtemailCodec) -> None:
    """Never dropped in silence: what stands behind the last line might be an order or an answer."""
    blank = "\n" * MOST_LINES
    assert_too_large(text_letter(f"LIB-1   NOT\n{blank}LIB-2   NOT\n"), codec)
    assert_too_large(text_letter(f"99-0001\nQ7W8E9R\n\n\n\n\nTXL-1 S LOAN\nA title\n{blank}NNNN\n"), codec)
    said = codec.decode(text_letter("LIB-1   NOT\n" + blank[12:]))
    assert [apdu.ref and apdu.ref.number for apdu in said.apdus] == ["LIB-1"]


def test_the_lines_of_all_texts_count_together(codec: ArtemailCodec) -> None:
    texts = [f"LIB-{number}   NOT\n" + "\n" * (MOST_LINES // 2) for number in (1, 2)]
    parts = tuple(Part("text/plain", text.encode(), text=text) for text in texts)
    assert codec.recognise(Letter(raw=b"", parts=parts[:1]))
    assert_too_large(Letter(raw=b"", parts=parts), codec)


def test_a_letter_of_too_many_lines_is_masked_all_the_same(codec: ArtemailCodec) -> None:
    raw = b"Subject: file\n\n99-0001\nQ7W8E9R\n" + b"\n" * MOST_LINES
    assert b"Q7W8E9R" not in codec.mask(raw)


def test_a_letter_is_sorted_once(codec: ArtemailCodec, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked three times what it is, and a long one takes seconds each time."""
    looks: list[int] = []
    read = Replies.read
    monkeypatch.setattr(Replies, "read", lambda *said: looks.append(1) or read(*said))
    letters = [text_letter(f"LIB-{number}   NOT\n") for number in (1, 2)]
    for letter in letters:
        assert codec.recognise(letter)
        assert not codec.perhaps(letter)
        assert len(codec.decode(letter).apdus) == 1
    assert len(looks) == len(letters)
    assert [codec.decode(letter).apdus[0].ref.number for letter in letters] == ["LIB-1", "LIB-2"]  # type: ignore[union-attr]


def test_cached_results_end_with_their_letter() -> None:
    made = LastLetter(lambda letter: [letter.subject])
    letter = text_letter("a")
    first = made(letter)
    assert made(letter) is first
    kept = weakref.ref(letter)
    del letter
    gc.collect()
    assert kept() is None
    assert made._kept is None


@pytest.mark.parametrize("depth", [0, 1, 2, 19, 20, 21])
def test_quoting_is_undone_as_far_as_every_line_has_it(depth: int) -> None:
    lines = ["> " * depth + "a", ">" * depth + "b", "", "> " * (depth + 2) + "c"]
    left = max(depth - body_lines.MOST_DEPTH, 0)
    assert lines_of("\n".join(lines)) == ["> " * left + "a", ">" * left + "b", "", "> " * (left + 2) + "c"]
    assert lines_of("\n".join([*lines, ">" * (depth // 2)]))[:4] == lines_of("\n".join(lines))


@given(st.text("ab \t\u3000\xa0", max_size=60), st.integers(1, 8))
def test_a_long_line_is_spaced_as_a_short_one(line: str, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body_lines, "_AT_ONCE", at_once)
        assert spaced(line) == " ".join(line.split())


@pytest.mark.parametrize("boundary", [b"b", b"b-"])
@pytest.mark.parametrize("parts", [MOST_PIECES - 1, MOST_PIECES, 200_000])
def test_parts_without_end_are_masked_in_bounded_work(
    codec: ArtemailCodec, boundary: bytes, parts: int
) -> None:
    """Each takes forty millionths of a second and a letter can hold two million: the rest is not shown."""
    head = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n"
    part = b"--" + boundary + b"\n"
    masked = codec.mask(head + part * parts + b"\n99-0001\nQ7W8E9R\n")
    if parts < MOST_PIECES:
        assert masked == head + part * parts + b"\n99-0001\n" + MASK.encode() + b"\n"
    else:
        assert masked == head + part * MOST_PIECES + TOO_MANY


def test_an_order_that_is_too_large_is_one_fault(codec: ArtemailCodec) -> None:
    orders = ["TXL-1 S LOAN\n" + "x" * 2000, "TXL-2 S LOAN\nA small book"]
    gap = "\n" * 5
    said = codec.decode(
        text_letter("99-0001\nQ7W8E9R" + "".join(gap + each for each in orders) + gap + "NNNN\n")
    )
    assert [fault.position for fault in said.faults] == [7]
    assert [apdu.ref.number for apdu in said.apdus if isinstance(apdu, IllRequest) and apdu.ref] == ["L-2"]


def order_file(orders: int) -> bytes:
    gap = "\n" * 5
    order = f"JOURNAL\n2019 VOL 1 PP 1-2\nAn article\nOkafor N{gap}:DELIVER ABOVE ITEM TO:\na@b.example"
    said = "".join(f"{gap}TXL-{n} S SED99\n{order}" for n in range(orders))
    return f"Subject: Order file FILEREFNO 1\n\n99-0001\nQ7W8E9R{said}{gap}NNNN\n".encode()


def test_ten_thousand_orders_in_one_file_are_read(codec: ArtemailCodec, steady: Callable[..., None]) -> None:
    letter = parse(order_file(10_000))
    assert codec.recognise(letter)
    assert len(codec.decode(letter).apdus) == 10_000
    steady(lambda raw: codec.decode(parse(raw)), order_file(500), order_file(1000))


INJECTED = [
    "reader@example.org\nBcc: all@evil.example",
    "reader@example.org\rBcc: all@evil.example",
    "reader@example.org\x0bBcc: all@evil.example",
    "reader@example.org\u2028Bcc: all@evil.example",
    "reader@example.org%0d%0aBcc: all@evil.example",
    "=?utf-8?q?reader=40example.org=0d=0aBcc:_all=40evil.example?=",
    "<script>@example.org",
]


@pytest.mark.parametrize("address", INJECTED)
def test_a_delivery_address_is_never_a_header(address: str, codec: ArtemailCodec) -> None:
    """It is one line of text, and what writes letters refuses what is no address."""
    gap = "\n" * 5
    text = f"99-0001\nQ7W8E9R{gap}TXL-1 S SED99\nA journal{gap}:DELIVER ABOVE ITEM TO:\n{address}{gap}NNNN\n"
    order = codec.decode(text_letter(text)).apdus[0]
    assert isinstance(order, IllRequest)
    said = repr(order.delivery)
    assert not any(control in said for control in ("\\n", "\\r", "\\x", "\\u"))
    written = codec.project(order)
    assert isinstance(written, IllRequest)
    assert "\n" not in repr(written.delivery)
