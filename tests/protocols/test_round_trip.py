"""What is written is read back as it was projected: decode(encode(a)) == project(a)."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.ill.apdu import Apdu, Cancel, Delivery, IllRequest, Item, Postal
from mailproc.ill.terms import Ref, Service
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.layout import COLUMNS, TERMINATOR, would_split
from mailproc.protocols.artemail.requests import Orders
from mailproc.protocols.codec import Wire
from mailproc.templating.environment import Templates
from tests.support.short_form import examples

CODE = "99-0001"
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=90)
titles = st.text(min_size=1, max_size=90) | st.sampled_from(
    ["TX files", "NNNN", ":DELIVER ABOVE ITEM TO:", "1984", "Łódź", "日本", "2019 VOL 3", "x" * 41, "TX" * 60]
)
numbers = st.from_regex(r"[A-Z]{0,4}[0-9]{1,6}(-[0-9]{1,2})?", fullmatch=True)
maybe: Callable[[Any], Any] = lambda strategy: st.none() | strategy  # noqa: E731  # a word for the table below
items = st.builds(
    Item,
    title=titles,
    author=maybe(words),
    subtitle=maybe(words),
    publisher=maybe(words),
    place=maybe(words),
    volume_issue=maybe(words | st.sampled_from(["12(3)", "vol. 4 no. 2", "(7)"])),
    publication_date=maybe(st.sampled_from(["2019", "c1974", "2019-03-01", ""])),
    component_date=maybe(st.sampled_from(["12 March 2019", "2020"])),
    article_title=maybe(words),
    article_author=maybe(words),
    pagination=maybe(words),
    edition=maybe(words),
    isbn=maybe(st.sampled_from(["9780000000002", "0-14-044930-3", "x"])),
    issn=maybe(st.sampled_from(["1234-5679", "1234-567X"])),
    call_number=maybe(words),
)
postals = st.builds(
    Postal, name=maybe(words), extended=maybe(words), street=maybe(words), city=maybe(words),
    postcode=maybe(st.sampled_from(["AN1 1AA", "12345"])), country=maybe(words),
)  # fmt: skip
emails = st.sampled_from(["reader.one@example.org", "no address", "a@b@c", "x" * 99 + "@example.org"])
requests = st.builds(
    IllRequest,
    ref=st.builds(Ref, customer_code=st.just(CODE), number=numbers, file_ref=st.just("77")),
    services=st.sampled_from([(Service.LOAN,), (Service.COPY,), (Service.COPY, Service.LOAN), ()]),
    item=items | st.builds(Item, lines=st.lists(words, min_size=1, max_size=25).map(tuple)),
    delivery=maybe(st.builds(Delivery, postal=maybe(postals), electronic=maybe(emails))),
    keywords=st.lists(
        st.sampled_from(["S", "SL", "SED99*2*", "LOAN", "PHOTO", "WLX", "RZ", "COPYRT", "quux", "CANCEL"]),
        max_size=4,
    ).map(tuple),
)
cancels = st.builds(
    Cancel,
    ref=st.builds(Ref, customer_code=st.just(CODE), number=numbers, file_ref=st.just("77")),
    note=maybe(words),
)
QUICK = settings(deadline=None, max_examples=examples(300), suppress_health_check=list(HealthCheck))


@QUICK
@given(apdus=st.lists(requests | cancels, min_size=1, max_size=4))
def test_what_goes_out_is_read_back_as_projected(
    apdus: list[Apdu],
    codec: ArtemailCodec,
    templates: Templates,
    wire: Callable[..., Wire],
    as_letter: Callable[[Body | None], Letter],
) -> None:
    encoded = codec.encode(apdus, wire(file_ref="77"), templates)
    held = {each.index for each in encoded.held}
    good = [apdu for index, apdu in enumerate(apdus) if index not in held]
    assert all(each.text and each.field for each in encoded.held)
    assert (encoded.body is None) == (not good)
    if encoded.body:
        letter = as_letter(encoded.body)
        assert codec.recognise(letter)
        read = codec.decode(letter)
        assert list(read.apdus) == [codec.project(apdu) for apdu in good]
        assert [codec.project(apdu) for apdu in read.apdus] == list(read.apdus), "projecting twice is once"
        assert (read.faults, read.unsure) == ((), ())
        _check_form(letter.text)


@QUICK
@given(apdu=requests, overflow=st.sampled_from(["wrap", "truncate"]), most=st.integers(1, 30))
def test_every_setting_of_a_partner_keeps_the_promise(
    apdu: IllRequest,
    overflow: str,
    most: int,
    codec: ArtemailCodec,
    templates: Templates,
    wire: Callable[..., Wire],
    as_letter: Callable[[Body | None], Letter],
) -> None:
    way = wire(file_ref="77", overflow=overflow, max_lines=most)
    encoded = codec.encode([apdu], way, templates)
    if encoded.body:
        scheme = Orders(codec.words, way.partner.artemail, Ref(CODE, file_ref="77"))
        read = codec.decode(as_letter(encoded.body)).apdus
        assert list(read) == [scheme.apdu(scheme.order(apdu))]
        assert isinstance(read[0], IllRequest)
        assert len(read[0].item.lines) <= most


def _check_form(text: str) -> None:
    assert text.isascii()
    lines = text.split("\n")
    assert lines[:2] == [CODE, "XXXXXXX"]
    assert lines[-2:] == [TERMINATOR, ""]
    for before, line in pairwise(lines):
        if would_split(line):
            assert before == "", "only what stands behind a gap may begin with TX, NNNN or a colon"
        assert len(line) <= COLUMNS or line.startswith("TX") or "@" in line
