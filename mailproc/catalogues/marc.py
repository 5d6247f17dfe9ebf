"""MARC 21: the holdings that stand in bibliographic records, as MARCXML and as ISO 2709."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from pymarc import Field, Indicators, MARCReader, Record, Subfield

from mailproc.catalogues import particulars
from mailproc.config_catalogues import HoldingField
from mailproc.hostile_xml import Element
from mailproc.ill.holding import Available, Holding

USUAL = (
    HoldingField(field="852", symbol="a", branch="b", location="c", shelfmark="hi", barcode="p", note="z"),
    HoldingField(field="866", note="a"),
    HoldingField(field="924", symbol="b", shelfmark="g", note="d"),
    HoldingField(field="949", branch="m", location="l", shelfmark="a", barcode="i"),
    HoldingField(
        field="952", branch="a", location="c", shelfmark="o", barcode="p", until="q", not_available="0147",
    ),
    HoldingField(field="999", symbol="s"),
)  # fmt: skip
"""Of MARC 21 (852, 866), the German union catalogues (924), Sirsi and Koha (949, 952), and simulated
catalogues of ReShare (999)."""
MOST_FIELDS = 2000
"""Fields of one record that are read."""
_OF_COPY = frozenset({"symbol", "branch", "location", "shelfmark", "barcode"})
"""With one of these a field is a holding; with a note alone it says more of the holding before it."""


def from_xml(record: Element) -> Record:
    """Return the record of an element of MARCXML, whatever is wrong with it."""
    made = Record()
    for one in list(record)[:MOST_FIELDS]:
        tag = str(one.get("tag") or "")
        if len(tag) != 3:
            continue
        if one.tag == "controlfield":
            made.fields.append(Field(tag=tag, data=one.text or ""))
        elif one.tag == "datafield":
            subfields = [Subfield(str(sub.get("code") or ""), sub.text or "") for sub in one]
            made.fields.append(Field(tag=tag, indicators=Indicators(" ", " "), subfields=subfields))
    return made


def from_iso2709(content: bytes, most: int) -> Iterator[Record]:
    """Give the first records; what cannot be read becomes U+FFFD, and a broken record an empty one."""
    reader = MARCReader(BytesIO(content), to_unicode=True, utf8_handling="replace", permissive=True)
    for count, record in enumerate(reader, 1):
        yield record if record is not None else Record()
        if count >= most:
            return


def holdings(
    records: Iterable[Record], source: str, fields: Sequence[HoldingField] = ()
) -> tuple[Holding, ...]:
    """Return the holdings of all records in their order; one that names none is a holding of which nothing
    is known."""
    found: list[Holding] = []
    for record in records:
        bare = Holding(source=source, title=_title(record), number=_number(record))
        found += _of_record(record, bare, fields or USUAL) or [bare]
    return tuple(found[: particulars.MOST])


def _of_record(record: Record, bare: Holding, fields: Sequence[HoldingField]) -> list[Holding]:
    found: list[Holding] = []
    known = {one.field: one for one in fields}
    for field in record.fields[:MOST_FIELDS]:
        if (named := known.get(field.tag)) is None or field.control_field:
            continue
        said = _said(field, named)
        if said.keys() & _OF_COPY:
            found.append(_available(_copy(bare, said), field, named))
        elif "note" in said and found:
            found[-1] = replace(found[-1], note=particulars.text(found[-1].note, said["note"]))
        elif "note" in said:
            found.append(replace(bare, note=said["note"]))
    return found


def _copy(bare: Holding, said: Mapping[str, str]) -> Holding:
    return replace(
        bare,
        symbol=said.get("symbol", ""),
        branch=said.get("branch", ""),
        location=said.get("location", ""),
        shelfmark=said.get("shelfmark", ""),
        barcode=said.get("barcode", ""),
        note=said.get("note", ""),
    )


def _said(field: Field, named: HoldingField) -> dict[str, str]:
    codes = {
        "symbol": named.symbol,
        "branch": named.branch,
        "location": named.location,
        "shelfmark": named.shelfmark,
        "barcode": named.barcode,
        "note": named.note,
    }
    texts = {name: particulars.text(*_subfields(field, wanted)) for name, wanted in codes.items()}
    return {name: said for name, said in texts.items() if said}


def _available(holding: Holding, field: Field, named: HoldingField) -> Holding:
    """Whether it may be fetched, as far as the field says so at all."""
    if until := next(filter(None, map(particulars.day, _subfields(field, named.until))), None):
        return replace(holding, available=Available.NO, until=until)
    if not named.not_available:
        return holding
    kept = any(said.strip() not in ("", "0") for said in _subfields(field, named.not_available))
    return replace(holding, available=Available.NO if kept else Available.YES)


def _subfields(field: Field, codes: str) -> list[str]:
    return field.get_subfields(*codes) if codes else []


def _title(record: Record) -> str:
    titles = record.get_fields("245")
    return particulars.text(*titles[0].get_subfields("a", "b", "n", "p")) if titles else ""


def _number(record: Record) -> str:
    numbers = record.get_fields("001")
    return particulars.text(numbers[0].data or "") if numbers else ""
