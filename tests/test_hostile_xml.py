"""XML of others: what may hurt is refused by line, the rest is read, with or without a namespace."""

import time

import pytest

from mailproc import hostile_xml
from mailproc.errors import RemoteFault

BOMB = "<!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'><!ENTITY c '&b;&b;&b;&b;'>]>\n<a>&c;</a>"
WRONG = {
    "entities": (BOMB, 1, "document type"),
    "entities in UTF-16": (BOMB.encode("utf-16"), 1, "document type"),
    "a file": ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 1, "document type"),
    "an outer DTD": ("<!DOCTYPE a PUBLIC '-//x' 'http://127.0.0.1:9/x.dtd'><a/>", 1, "document type"),
    "an unknown entity": ("<a>\n&nbsp;</a>", 2, "undeclared entity"),
    "no end": ("<a>\n<b></a>", 2, "no XML"),
    "no octet of UTF-8": (b"<a>\xff</a>", 1, "no XML"),
    "too deep": ("<a>" * 101 + "</a>" * 101, 1, "deep in each other"),
    "many attributes": (
        "<a>\n<b " + " ".join(f'x{n}=""' for n in range(125_000)) + "/></a>",
        2,
        "attributes",
    ),
    "two roots": ("<a/><b/>", 1, "no XML"),
    "text": ("It works!", 1, "no XML"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_may_hurt_is_refused_with_its_line(case):
    content, line, says = WRONG[case]
    with pytest.raises(RemoteFault, match=says) as caught:
        hostile_xml.parse(content if isinstance(content, bytes) else content.encode())
    assert caught.value.position == line


def test_nothing_is_no_document():
    with pytest.raises(RemoteFault, match="no XML"):
        hostile_xml.parse(b"")


def test_a_document_has_a_largest_size():
    with pytest.raises(RemoteFault, match="more than"):
        hostile_xml.parse(b"<a>" + b" " * hostile_xml.MOST + b"</a>")


LIMITS = hostile_xml.Limits(octets=100, depth=3, elements=4, doctype_name=True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<a>" + b" " * 100 + b"</a>", "more than 100"),
        (b"<a><b><c><d/></c></b></a>", "more than 3 deep"),
        (b"<a><b/><b/><b/><b/></a>", "more than 4 elements"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "DOCTYPE"),
        (b"<!DOCTYPE a SYSTEM 'x'><a/>", "DOCTYPE"),
        (b"<!DOCTYPE a><!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "DOCTYPE"),
        (b"<a/><!DOCTYPE a>", "no XML"),
    ],
)
def test_a_reader_may_have_narrower_limits(content, says):
    with pytest.raises(RemoteFault, match=says):
        hostile_xml.parse(content, LIMITS)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"<?xml version='1.0'?>\n", b" \n"])
def test_a_document_type_that_is_a_name_may_be_let_in(before):
    content = before + b"<!DOCTYPE\n a ><a><b/><b/></a>"
    assert len(hostile_xml.parse(content, LIMITS)) == 2
    with pytest.raises(RemoteFault, match="DOCTYPE"):
        hostile_xml.parse(content)


def test_names_come_without_their_namespace():
    root = hostile_xml.parse(
        b'<n:a xmlns:n="http://x.example" n:version="1"><!-- c --><n:b>1<?p?>2</n:b>&amp;</n:a>'
    )
    assert (root.tag, root.get("version"), root.findtext("b")) == ("a", "1", "12")


def test_records_come_one_by_one_with_the_line_where_they_begin():
    lines = [b"<all>\n", b"<r>1</r><r>\n", b"<r>2</r>\n", b"</r>\n", b"<x>3</x></all>\n"]
    found = [(one.findtext("r"), one.text, line) for one, line in hostile_xml.records(lines, ("r",))]
    assert found == [(None, "1", 2), ("2", "\n", 2)]


def test_a_record_without_end_is_refused_in_bounded_memory():
    taken = 0

    def endless():
        nonlocal taken
        yield b"<all><r>"
        while True:
            taken += 1
            yield b"<b>" + b"x" * 1000 + b"</b>\n"

    with pytest.raises(RemoteFault, match="more than") as caught:
        list(hostile_xml.records(endless(), ("r",)))
    assert taken < hostile_xml.MOST_OF_RECORD / 1000 + 2
    assert caught.value.position == taken + 1, "the line after the first"


def test_the_time_grows_with_the_length_alone():
    def took(many):
        begun = time.process_time()
        lines = [b"<all>\n", *([b"<r a='1'><b>x</b></r>\n"] * many), b"</all>"]
        assert sum(1 for _ in hostile_xml.records(lines, ("r",))) == many
        return time.process_time() - begun

    took(100)
    assert took(16_000) < 40 * max(took(2000), 0.01)
