"""What is in the answers of catalogues, and what becomes of answers that are none."""

import json
from datetime import date
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymarc import Field, Indicators, Subfield
from pymarc import Record as PymarcRecord

from mailproc.catalogues import daia, marc, particulars, sru, z3950
from mailproc.catalogues.search import Search
from mailproc.config import Catalogue
from mailproc.config_catalogues import HoldingField
from mailproc.errors import MailprocError, RemoteFault, TryLater
from mailproc.ill.holding import Available, Holding
from tests.servers.catalogue_stub import field, records

RECORD = PymarcRecord(
    fields=[
        Field(tag="001", data="77"),
        Field(tag="245", indicators=Indicators("0", "0"), subfields=[Subfield("a", "A Book")]),
    ]
).as_marc()
CATALOGUE = Catalogue(name="own", url="https://catalogue.example/sru")


def holdings(answer: bytes, *fields: HoldingField) -> tuple[Holding, ...]:
    return marc.holdings(map(marc.from_xml, sru.read(answer).records), "own", fields)


FIELDS = [
    (field("852", a="S", b="B", c="C", h="H", i="I", p="P", z="Z"), ("S", "B", "C", "H I", "P", "Z")),
    (field("866", a="1 - 9"), ("", "", "", "", "", "1 - 9")),
    (field("924", b="DE-1", g="G 1", d="a"), ("DE-1", "", "", "G 1", "", "a")),
    (field("949", a="A 1", m="MAIN", l="STACKS", i="3"), ("", "MAIN", "STACKS", "A 1", "3", "")),
    (field("952", a="MAIN", c="C", o="O 1", p="4"), ("", "MAIN", "C", "O 1", "4", "")),
    (field("999", s="XX-A", l="id"), ("XX-A", "", "", "", "", "")),
    (field("999", c="1", d="1"), ("", "", "", "", "", "")),  # Koha's own numbers are no holding
]


@pytest.mark.parametrize(("written", "expected"), FIELDS)
def test_the_usual_fields_are_read(written: bytes, expected: tuple[str, ...]) -> None:
    (one,) = holdings(records(written))
    assert (one.symbol, one.branch, one.location, one.shelfmark, one.barcode, one.note) == expected


KOHA = [
    ({}, Available.YES, None),
    ({"_7": "0", "_1": "0"}, Available.YES, None),
    ({"_7": "1"}, Available.NO, None),
    ({"_1": "4"}, Available.NO, None),
    ({"q": "2026-12-24"}, Available.NO, date(2026, 12, 24)),
    ({"q": "next year"}, Available.YES, None),
]


@pytest.mark.parametrize(("more", "available", "until"), KOHA)
def test_whether_a_copy_of_koha_is_available(
    more: dict[str, str], available: Available, until: date | None
) -> None:
    (one,) = holdings(records(field("952", o="K 1", **more)))
    assert (one.available, one.until) == (available, until)


def test_a_run_belongs_to_the_copy_before_it() -> None:
    written = field("852", a="S1") + field("866", a="1-5") + field("866", a="7") + field("852", a="S2")
    assert [(one.symbol, one.note) for one in holdings(records(written))] == [("S1", "1-5 7"), ("S2", "")]


def test_the_fields_of_a_catalogue_are_read_as_config_toml_says() -> None:
    own = HoldingField(field="990", shelfmark="xy", until="d")
    (one,) = holdings(records(field("990", x="A", y="1", d="20261224") + field("852", a="S")), own)
    assert (one.shelfmark, one.symbol, one.available) == ("A 1", "", Available.NO)


def test_records_and_holdings_have_a_limit() -> None:
    many = b"".join(field("852", a=f"S{n}") for n in range(300))
    assert len(holdings(records(*[many] * 30))) == particulars.MOST
    assert len(sru.read(records(*[field("852", a="S")] * 30)).records) == sru.MOST_RECORDS
    (one, *_) = holdings(records(field("852", a="S" * 10_000, h="\u202e&#10;line")))
    assert len(one.symbol) == particulars.LONGEST
    assert one.shelfmark == "\ufffd line"


NO_ANSWERS = {
    "nothing": b"",
    "HTML": b"<html><body>It works!</body></html>",
    "HTML with a document type": b"<!DOCTYPE html><html></html>",
    "half an answer": records(field("852", a="S"))[:-40],
    "a bomb": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><searchRetrieveResponse>&b;'
    b"</searchRetrieveResponse>",
    "JSON": b'{"a": 1}',
    "deep": b"<searchRetrieveResponse>" + b"<a>" * 200 + b"</a>" * 200 + b"</searchRetrieveResponse>",
    "10 MB": b"<searchRetrieveResponse>" + b"a" * 10_000_000 + b"</searchRetrieveResponse>",
    "a diagnostic": b'<s:searchRetrieveResponse xmlns:s="http://www.loc.gov/zing/srw/"><s:diagnostics>'
    b'<d:diagnostic xmlns:d="http://www.loc.gov/zing/srw/diagnostic/"><d:uri>info:srw/diagnostic/1/10</d:uri>'
    b"<d:details>x</d:details><d:message>Query syntax error</d:message></d:diagnostic></s:diagnostics>"
    b"</s:searchRetrieveResponse>",
}


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_what_is_no_answer_of_sru_is_said(case: str) -> None:
    with pytest.raises(RemoteFault) as raised:
        sru.read(NO_ANSWERS[case])
    assert len(str(raised.value)) > len("sru-no-answer")
    if case == "a diagnostic":
        assert str(raised.value) == "it refuses the search: Query syntax error (x)"


def test_a_diagnostic_of_one_record_takes_no_other() -> None:
    answer = records(field("852", a="S1"), field("852", a="S2")).replace(
        b"<recordSchema>marcxml", b"<recordSchema>info:srw/schema/1/diagnostics-v1.1", 1
    )
    answer = answer.replace(
        b'<record xmlns="http://www.loc.gov/MARC21/slim">',
        b'<diagnostic xmlns="http://www.loc.gov/zing/srw/diagnostic/"><message>Unknown schema</message>'
        b"</diagnostic><record>", 1,
    )  # fmt: skip
    read = sru.read(answer)
    assert [str(one) for one in read.faults] == ["it refuses the search: Unknown schema"]
    assert [one.symbol for one in holdings(answer)] == ["S2"]
    assert read.count == 2


def test_a_record_may_stand_as_text() -> None:
    text = escape("<record>" + field("852", a="S").decode() + "</record>")
    answer = (
        f"<searchRetrieveResponse><records><record><recordPacking>string</recordPacking><recordData>{text}"
        "</recordData></record></records></searchRetrieveResponse>"
    )
    assert [one.symbol for one in holdings(answer.encode())] == ["S"]


BROKEN = [b"Gr\xf6\xdfe", b"\xff\xfeab", b"a\x00b\x0bc", "Größe".encode("utf-16"), b"\xed\xa0\x80"]


@pytest.mark.parametrize("octets", BROKEN)
def test_broken_utf8_costs_signs_and_no_record(octets: bytes) -> None:
    answer = records(field("852", a="S1", h="MARK"), field("852", a="S2")).replace(b"MARK", octets)
    assert [one.symbol for one in holdings(answer)] == ["S1", "S2"]


def test_other_encodings_are_read() -> None:
    head = '<?xml version="1.0" encoding="{}"?>'
    text = records(field("852", h="Größe")).decode()
    for name in ("iso-8859-1", "utf-16"):
        assert holdings((head.format(name) + text).encode(name))[0].shelfmark == "Größe"


DAIA = {
    "institution": {"content": "XX-A"},
    "document": [
        {
            "id": "ppn:1",
            "about": "A Book",
            "item": [
                {
                    "label": "A 1",
                    "department": {"content": "Main"},
                    "storage": {"content": "Stacks"},
                    "available": [
                        {
                            "service": "http://purl.org/ontology/dso#Loan",
                            "limitation": [{"content": "4 weeks"}],
                        }
                    ],
                },
                {"label": "A 2", "unavailable": [{"service": "loan", "expected": "2026-12-24", "queue": 1}]},
                {"label": "A 3", "available": [{"service": "presentation"}]},
                {"label": "A 4", "unavailable": [{"service": "interloan", "expected": "unknown"}]},
            ],
        }
    ],
}


def test_daia_says_which_copies_may_be_lent() -> None:
    answer = daia.read(json.dumps(DAIA).encode(), "own", "isbn")
    assert answer.records == 1
    assert [(one.shelfmark, one.available, one.until) for one in answer.holdings] == [
        ("A 1", Available.YES, None),
        ("A 2", Available.NO, date(2026, 12, 24)),
        ("A 3", Available.UNKNOWN, None),
        ("A 4", Available.NO, None),
    ]
    one = answer.holdings[0]
    assert (one.symbol, one.branch, one.location, one.note, one.title) == (
        "XX-A", "Main", "Stacks", "4 weeks", "A Book",
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"document": 1}', b"[" * 100_000, b"\xff"])
def test_what_is_no_answer_of_daia_is_said(content: bytes) -> None:
    with pytest.raises(RemoteFault, match="DAIA"):
        daia.read(content, "own", "isbn")


def test_daia_is_asked_by_the_number_that_it_knows() -> None:
    both = Search("isbn", ("9783161484100", "316148410X"))
    assert daia.document(CATALOGUE, both) == "isbn:9783161484100"
    assert daia.document(CATALOGUE, Search("issn", ("0317-8471",))) == ""
    assert daia.document(CATALOGUE, Search("title", title="x")) == ""
    assert daia.url("https://d.example/daia?x=1", "a&b") == "https://d.example/daia?x=1&id=a%26b&format=json"


OPAC = """\
Connecting...OK.
Number of hits: 1, setno 1
records returned: 0
Z> Sent presentRequest (1+1).
Records: 1
[Default]Record type: OPAC
Record type: USmarc
001 77

Data holdings 0
nucCode: s-FM/GC
localLocation: Main
callNumber: MLCM 89/00602 (N)
circulation 0
 availableNow: 1
 itemId: 1226176
Data holdings 1
callNumber: MLCM 2
circulation 0
 availableNow: 0
 availabilityDate: 20261224
"""


def test_opac_records_say_whether_a_copy_is_available() -> None:
    answer = z3950.read(OPAC.encode(), RECORD, CATALOGUE, "isbn")
    first, second = answer.holdings
    assert {(one.number, one.title) for one in answer.holdings} == {("77", "A Book")}
    assert (first.symbol, first.location, first.shelfmark, first.barcode, first.available) == (
        "s-FM/GC", "Main", "MLCM 89/00602 (N)", "1226176", Available.YES,
    )  # fmt: skip
    assert (second.shelfmark, second.available, second.until) == (
        "MLCM 2", Available.NO, date(2026, 12, 24),
    )  # fmt: skip


def test_a_server_of_z3950_that_refuses_or_is_away_is_said() -> None:
    refused = (
        b"Number of hits: 0, setno 1\nDiagnostic message(s) from database:\n    [114] Unsupported Use -- x\n"
    )
    with pytest.raises(RemoteFault, match="Unsupported Use"):
        z3950.read(refused, b"", CATALOGUE, "isbn")
    with pytest.raises(TryLater, match="no connection"):
        z3950.read(b"Z> Connecting...error = System\nZ> Not connected yet\n", b"", CATALOGUE, "isbn")
    none = z3950.read(b"Number of hits: 0, setno 1\n", b"", CATALOGUE, "isbn")
    assert (none.records, none.holdings) == (0, ())


@given(st.binary())
@example(records(field("852", a="S")))
@example(json.dumps(DAIA).encode())
def test_whatever_comes_is_an_answer_or_a_fault(content: bytes) -> None:
    for read in (
        lambda: holdings(content),
        lambda: daia.read(content, "own", "isbn").holdings,
        lambda: z3950.read(content, content, CATALOGUE, "isbn").holdings,
        lambda: z3950.read(OPAC.encode() + content, content, CATALOGUE, "isbn").holdings,
    ):
        try:
            assert len(read()) <= particulars.MOST
        except MailprocError:
            continue


def json_values() -> st.SearchStrategy[object]:
    keys = st.sampled_from(
        ["document", "item", "available", "unavailable", "service", "label", "storage", "content"]
    )
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    )


@given(st.dictionaries(st.just("document"), json_values()))
def test_daia_of_any_shape_is_an_answer_or_a_fault(value: dict[str, object]) -> None:
    try:
        daia.read(json.dumps(value).encode(), "own", "isbn")
    except RemoteFault:
        return


@given(st.binary(max_size=400))
def test_damaged_marc_is_read_as_far_as_it_goes(tail: bytes) -> None:
    first, *_ = marc.holdings(marc.from_iso2709(RECORD + tail, 10), "own")
    assert first.title == "A Book"


def test_what_a_server_says_of_a_copy_counts_without_its_record() -> None:
    answer = z3950.read(OPAC.encode(), RECORD[:-20], CATALOGUE, "isbn")
    assert [one.shelfmark for one in answer.holdings] == ["MLCM 89/00602 (N)", "MLCM 2"]
