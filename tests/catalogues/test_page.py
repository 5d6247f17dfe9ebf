"""docs/catalogues.md says what is read, and how much of it."""

import re
from pathlib import Path

from mailproc.catalogues import cql, marc, particulars, pqf, sru, z3950
from mailproc.config import Catalogue
from mailproc.office.catalogues import look_up, new_requests
from mailproc.store import catalogue_answers
from mailproc.transport import catalogue_client, yaz_client

PAGE = " ".join((Path(__file__).parents[2] / "docs/catalogues.md").read_text(encoding="utf-8").split("\n"))


def test_the_table_of_fields_is_that_of_the_program() -> None:
    rows = re.findall(r"\| (\d{3})[^|]*\| ([^|]*)\| ([^|]*)\| ([^|]*)\| ([^|]*)\| ([^|]*)\| ([^|]*)\|", PAGE)
    said = {row[0]: [re.sub("[` ]", "", one) for one in row[1:6]] for row in rows}
    read = {
        one.field: [one.symbol, one.branch, one.location, one.shelfmark, one.barcode] for one in marc.USUAL
    }
    assert said == read
    for one, row in zip(marc.USUAL, rows, strict=True):
        for codes in (one.note, one.until, one.not_available):
            assert all(f"`{code}`" in row[6] for code in codes)


def test_limits_and_defaults_are_those_of_the_program() -> None:
    assert sru.MOST_RECORDS == z3950.MOST_RECORDS == 10
    assert particulars.MOST == 100
    assert "The first 10 records are read, and of these the first 100 copies." in PAGE
    assert f"of the first {catalogue_client.MOST_ASKED} records" in PAGE
    assert catalogue_client.LARGEST == yaz_client.LARGEST == 1_000_000
    assert "have a million bytes" in PAGE
    assert f"{new_requests.BATCH} of each catalogue at a time" in PAGE
    assert new_requests.LOOK_BACK.days == 7
    assert "for seven days" in PAGE
    assert look_up.REFUSED.total_seconds() == 6 * 3600
    assert "after six hours" in PAGE
    assert f"{catalogue_answers.MOST:,} are kept at most" in PAGE
    for name in cql.DEFAULTS.values():
        assert f"`{name}`" in PAGE
    assert list(pqf.DEFAULTS.values()) == ["7", "8", "4", "1003"]
    for key in ("timeout", "longest", "pause_minutes", "keep_minutes", "ours", "held", "relation"):
        assert key in Catalogue.model_fields
        assert f"`{key}" in PAGE
