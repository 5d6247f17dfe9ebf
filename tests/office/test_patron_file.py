"""Any octets are a file of readers, or are refused with a sentence: never a fault of this program."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproc.config_patrons import Patrons
from mailproc.errors import LocalFault
from mailproc.office.patrons import patron_file, reader_fields
from mailproc.office.patrons.patron_file import Form
from mailproc.office.patrons.said_readers import NAMES, RefusedReader, SaidReader
from mailproc.store.forgotten_readers import ForgottenReaders
from mailproc.store.incoming_patrons import incoming

NOWHERE = Path("/nonexistent/forgotten")
HEAD = ",".join(NAMES).encode() + b"\n"
CELL = st.text(max_size=12) | st.sampled_from(
    ["31.12.9999", "1.1.0001", "99.99.9999", '"', "a@b.example", "0"]
)
ROW = st.lists(CELL, min_size=9, max_size=11).map(";".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)
XML = st.lists(
    st.sampled_from([
        "<users>", "</users>", "<user>", "</user>", "<primary_id>", "</primary_id>", "R1", "&#0;", "&x;",
        "<!DOCTYPE a>", "<![CDATA[x]]>", "<!--", "-->", "<user_identifiers/>", "<expiry_date>x</expiry_date>",
    ]),
    max_size=12,
).map("\n".join)  # fmt: skip


def read(octets, form, encoding="utf-8"):
    with incoming() as readers:
        found = patron_file.read(
            io.BufferedReader(io.BytesIO(octets)), form, Patrons(encoding=encoding), readers,
            ForgottenReaders([NOWHERE]), lambda _what, _count: None,
        )  # fmt: skip
        assert found.readers == sum(len(portion) for portion in readers.portions())
        assert all(one.line >= 1 and str(one.why) != one.why.code for one in found.refused)
    return found


@given(
    octets=st.binary(max_size=200)
    | st.lists(ROW, max_size=5).map(lambda rows: HEAD.replace(b",", b";") + "\n".join(rows).encode())
    | JSON.map(lambda value: json.dumps(value).encode())
    | XML.map(str.encode),
    form=st.sampled_from(Form),
    encoding=st.sampled_from(["utf-8", "utf-16", "windows-1252"]),
)
@example(HEAD + b"R1,\x00,,,,,,,,\n", Form.CSV, "utf-8")
@example(HEAD + b"R1\rR2,,,,,,,,,\n", Form.CSV, "utf-8")
@example(b"\xff\xfei", Form.CSV, "utf-8")
@example(b"[" * 100_000, Form.JSON_LINES, "utf-8")
@example(b'{"id": ' + b"9" * 5000 + b"}", Form.JSON_LINES, "utf-8")
@example(b'{"id": "\\ud800"}', Form.JSON_LINES, "utf-8")
@example(b'{"id": "R1", "name": "\\ud800\\u0000"}', Form.JSON_LINES, "utf-8")
@example(b'{"id": "R1", "expires": "99999999999999999999"}', Form.JSON_LINES, "utf-8")
@example(b'{"id": "R1", "blocks": [[["x"]], true, 3]}', Form.JSON_LINES, "utf-8")
def test_any_octets_are_read_or_refused(octets, form, encoding):
    try:
        read(octets, form, encoding)
    except LocalFault as fault:
        assert str(fault) != getattr(fault.said, "code", "")


DAYS = {
    "2027-01-31": "2027-01-31", "20270131": "2027-01-31", "2027-01-31Z": "2027-01-31",
    "2027-01-31T23:59:00+01:00": "2027-01-31", "31.1.2027": "2027-01-31", "31. 1. 2027": "2027-01-31",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize("said", DAYS)
def test_days(said):
    found = reader_fields.checked(SaidReader(2, {"id": ("R1",), "expires": (said,)}), Patrons())
    assert found.values["expires_on"] == DAYS[said]


@pytest.mark.parametrize("said", ["2027-13-01", "30.2.2027", "1/2/2027", "tomorrow", "2027", "0000-00-00"])
def test_what_is_no_day(said):
    found = reader_fields.checked(SaidReader(2, {"id": ("R1",), "expires": (said,)}), Patrons())
    assert isinstance(found, RefusedReader)
    assert (found.line, found.column) == (2, "expires")


LANGUAGES = {"de": "de", "DE-at": "de", "en_GB": "en", "ger": "de", "eng": "en", "fr": "fr", "": ""}


@pytest.mark.parametrize("said", LANGUAGES)
def test_languages(said):
    found = reader_fields.checked(SaidReader(2, {"id": ("R1",), "language": (said,)}), Patrons())
    assert found.values["language"] == LANGUAGES[said]
