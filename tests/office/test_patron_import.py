"""Readers from a file: what is read, what is refused and where, what changes, and that it counts at once."""

import csv
import io
import json
import tracemalloc
from functools import partial
from pathlib import Path

import pytest

from mailproc.config_patrons import PatronColumns, Patrons
from mailproc.errors import LocalFault
from mailproc.office.patrons import exporting, forgetting, importing, patron_details, short_writes
from mailproc.office.patrons.patron_file import Form
from mailproc.office.queries import listing
from mailproc.office.queries.listing import Filter
from mailproc.office.requests import place
from mailproc.store import patron_imports, patrons
from mailproc.store.incoming_patrons import incoming
from mailproc.store.patron_imports import FiledReader
from mailproc.store.patrons import NamedReader

HEAD = "id,name,email,expires,blocks,language\n"
TWO = HEAD + "R1,Ann Reader,ann@reader.example,2027-12-31,,en\nR2,Bo,bo@reader.example,,fees,de\n"
ALMA = """<?xml version="1.0" encoding="UTF-8"?>
<users total_record_count="2">
<user>
<primary_id>R1</primary_id><first_name>Ann</first_name><last_name>Réader</last_name>
<status desc="Active">ACTIVE</status><preferred_language desc="German">de</preferred_language>
<user_group desc="Staff">STAFF</user_group><expiry_date>2027-01-02Z</expiry_date>
<contact_info><addresses><address><line1>9 Old Road</line1></address>
<address preferred="true"><line1>1 High Street</line1><city>Town</city><postal_code>EX1</postal_code>
</address>
</addresses><emails><email><email_address>old@reader.example</email_address></email>
<email preferred="true"><email_address>ann@reader.example</email_address></email></emails></contact_info>
<user_identifiers><user_identifier><value>77</value><id_type>BARCODE</id_type><status>ACTIVE</status></user_identifier>
<user_identifier><value>88</value><id_type>BARCODE</id_type><status>INACTIVE</status></user_identifier>
<user_identifier><value>U-1</value><id_type>UNIV_ID</id_type></user_identifier></user_identifiers>
<user_blocks><user_block><block_description desc="Lost card">LOST</block_description>
<block_status>ACTIVE</block_status></user_block></user_blocks>
</user>
<user>
<primary_id>no primary id (12345)</primary_id>
</user>
</users>
"""


def stream(text, encoding="utf-8"):
    octets = text if isinstance(text, bytes) else text.encode(encoding)
    return io.BufferedReader(io.BytesIO(octets))


def run(world, text, form=Form.CSV, encoding="utf-8", **how):
    silent = {"progress": lambda _what, _count: None}
    return importing.import_file(
        world.store, world.app.context, stream(text, encoding), form, "clerk", **silent | how
    )


def counts(done):
    return (done.new, done.changed, done.same, done.gone, done.refused_count)


def known(world, patron_id):
    with world.store.read() as connection:
        return patrons.load(connection, patron_id)


def rows(world):
    with world.store.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM patron").scalar()


def with_rules(world, monkeypatch, **rules):
    changed = world.app.context.config.model_copy(update={"patrons": Patrons(**rules)})
    monkeypatch.setitem(vars(world.app.context), "config", changed)


def test_a_file_is_compared_by_id_and_changes_what_differs(world):
    assert counts(run(world, TWO)) == (2, 0, 0, 0, 0)
    row = known(world, "R2")
    assert (row.name, row.blocks, row.language, row.source) == ("Bo", ["fees"], "de", "file")
    assert counts(run(world, TWO)) == (0, 0, 2, 0, 0)
    later = TWO.replace("Bo,", "Bob,").replace("R1,", "R3,")
    assert counts(run(world, later, anyway=True)) == (1, 1, 0, 1, 0)
    assert (known(world, "R2").name, known(world, "R1")) == ("Bob", None)
    assert rows(world) == 2, "what counts no more is deleted"


def test_a_dry_run_says_the_same_and_changes_nothing(small_world):
    assert counts(run(small_world, TWO, dry_run=True)) == (2, 0, 0, 0, 0)
    assert rows(small_world) == 0


def test_a_column_that_the_file_lacks_leaves_what_is_known(small_world):
    run(small_world, TWO)
    assert counts(run(small_world, "id,name\nR1,Ann New\nR2,\n")) == (0, 2, 0, 0, 0)
    assert (known(small_world, "R1").email, known(small_world, "R1").name) == (
        "ann@reader.example",
        "Ann New",
    )
    assert known(small_world, "R2").name == "", "an empty cell is said, and empties"


WRONG = {
    "no id": (HEAD + ",A,,,,\n", 2, "id", "no id"),
    "doubled": (HEAD + "R1,A,,,,\nR1,B,,,,\n", 3, "", "line 2"),
    "an address": (HEAD + "R1,A,a@b@c,,,\n", 2, "email", "no e-mail address"),
    "a day": (HEAD + "R1,A,,31.02.2027,,\n", 2, "expires", "no date"),
    "slashes": (HEAD + "R1,A,,02/03/2027,,\n", 2, "expires", "read in two ways"),
    "a language": (HEAD + "R1,A,,,,the best\n", 2, "language", "no tag"),
    "a cell too many": (HEAD + "R1,A,,,,,\n", 2, "", "7 cells"),
    "a long name": (HEAD + f"R1,{'A' * 501},,,,\n", 2, "name", "more than 500"),
    "a long id": (HEAD + f"{'R' * 101},A,,,,\n", 2, "id", "longer than 100"),
    "after a cell of two lines": (HEAD + 'R1,"A\nB",,,,\n,C,,,,\n', 4, "id", "no id"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_is_refused_with_line_and_column_and_the_others_are_taken(small_world, case):
    text, line, column, why = WRONG[case]
    done = run(small_world, text + "R9,Last,,,,\n")
    (refused,) = done.refused
    assert (refused.line, refused.column) == (line, column)
    assert why in str(refused.why)
    assert known(small_world, "R9").name == "Last"


def test_all_wrong_columns_of_a_row_are_named_at_once(small_world):
    done = run(small_world, HEAD + "R1,A,a@b@c,31.02.2027,,the best\nR2,B,,,,\n")
    assert [(one.line, one.column) for one in done.refused] == [(2, "email"), (2, "expires"), (2, "language")]
    assert counts(done) == (1, 0, 0, 0, 1)


BROKEN = {
    "other octets": (HEAD.encode() + b"R1,A,,,,\nR2,M\xfcller,,,,\n", "Line 3, column 5"),
    "no heading": ("number,name\nR1,A\n", "No column is headed id"),
    "nothing": ("", "No column is headed id"),
    "an open quotation mark": (HEAD + 'R1,"A,,,,\n' + "R2,B,,,,\n" * 20_000, "line 2"),
    "a line without end": ("id" + "x" * 1_000_001, "Line 1"),
    "XML": ("<users/>", "another one"),
    "JSON": ('{"id": "R1"}', "another one"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_as_a_whole_and_nothing_changes(small_world, case):
    run(small_world, TWO)
    text, says = BROKEN[case]
    with pytest.raises(LocalFault, match=says):
        run(small_world, text, anyway=True)
    assert known(small_world, "R1").name == "Ann Reader"
    assert rows(small_world) == 2


SHEETS = {
    "a byte order mark": ("\ufeff" + TWO, "utf-8", {}),
    "semicolons": (TWO.replace(",", ";"), "utf-8", {}),
    "tabs": (TWO.replace(",", "\t"), "utf-8", {}),
    "Excel's first line": ("sep=;\r\n" + TWO.replace(",", ";").replace("\n", "\r\n"), "utf-8", {}),
    "UTF-16": (TWO, "utf-16", {}),
    "Windows-1252": (TWO, "windows-1252", {"encoding": "windows-1252"}),
    "the dates of Germany": (TWO.replace("2027-12-31", "31.12.2027"), "utf-8", {}),
    "the dates of America": (TWO.replace("2027-12-31", "12/31/2027"), "utf-8", {"dates": "mm/dd/yyyy"}),
    "headings of its own": (
        TWO.replace("id,name", "Ausweis Nr.,Name"), "utf-8",
        {"columns": PatronColumns(id=("ausweis  nr.",))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHEETS)
def test_what_spreadsheets_write_is_read(small_world, monkeypatch, case):
    text, encoding, rules = SHEETS[case]
    with_rules(small_world, monkeypatch, **rules)
    name = "Ann Réader" if encoding != "utf-8" else "Ann Reader"
    done = run(small_world, text.replace("Ann Reader", name), encoding=encoding)
    assert counts(done) == (2, 0, 0, 0, 0), done
    row = known(small_world, "R1")
    assert (row.name, row.expires_on.isoformat()) == (name, "2027-12-31")


def test_several_columns_make_one_field(small_world, monkeypatch):
    columns = PatronColumns(name=("First", "Last"), address=("Street", "Town"))
    with_rules(small_world, monkeypatch, columns=columns)
    run(small_world, "id,Last,First,Street,Town\nR1,Reader,Ann,1 High Street,Town\n")
    assert (known(small_world, "R1").name, known(small_world, "R1").address) == (
        "Ann Reader", ["1 High Street", "Town"]
    )  # fmt: skip


def test_the_users_of_alma(small_world):
    done = run(small_world, ALMA, Form.ALMA)
    assert counts(done) == (1, 0, 0, 0, 1)
    assert (done.refused[0].line, done.refused[0].column) == (18, "primary_id")
    row = known(small_world, "R1")
    assert (row.name, row.email, row.language, row.status) == (
        "Ann Réader", "ann@reader.example", "de", "STAFF"
    )  # fmt: skip
    assert (row.barcodes, row.blocks, row.address) == (["77"], ["LOST"], ["1 High Street", "EX1 Town"])
    assert row.expires_on.isoformat() == "2027-01-02"


def test_another_identifier_of_alma_may_be_the_id(small_world, monkeypatch):
    with_rules(small_world, monkeypatch, identifier="UNIV_ID")
    assert counts(run(small_world, ALMA, Form.ALMA)) == (1, 0, 0, 0, 1)
    assert known(small_world, "U-1").barcodes == ["77"]


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
XML = {
    "a bomb": (f'<!DOCTYPE users [<!ENTITY a0 "ha">{LAUGHS}]><users>&a9;</users>', "document type"),
    "a file of this machine": (
        '<!DOCTYPE users [<!ENTITY x SYSTEM "file:///etc/passwd">]><users><user>&x;</user></users>',
        "document type",
    ),
    "an end that is missing": ("<users>\n<user><primary_id>R1</user></users>", "Line 2"),
    "another document": ("<loans><loan/></loans>", "no <user>"),
}


@pytest.mark.parametrize("case", XML)
def test_hostile_xml_is_refused_and_nothing_changes(small_world, case):
    text, says = XML[case]
    with pytest.raises(LocalFault, match=says):
        run(small_world, text, Form.ALMA, anyway=True)
    assert rows(small_world) == 0


def test_json_lines(small_world):
    good = {
        "id": "R1",
        "name": "Ann",
        "barcodes": ["1", "2"],
        "address": ["1 High Street", "Town"],
        "blocks": [],
    }
    lines = [json.dumps(good), "{", '["R2"]', '{"id": "R3", "surname": "x"}', '{"id": "R4", "name": {}}', ""]
    done = run(small_world, "\n".join(lines), Form.JSON_LINES)
    assert counts(done) == (1, 0, 0, 0, 4)
    assert [one.line for one in done.refused] == [2, 3, 4, 5]
    assert known(small_world, "R1").barcodes == ["1", "2"]


def test_a_file_in_which_many_are_missing_is_refused(small_world):
    run(small_world, HEAD + "".join(f"R{n},A,,,,\n" for n in range(20)))
    with pytest.raises(LocalFault, match="3 of 20 readers"):
        run(small_world, HEAD + "".join(f"R{n},A,,,,\n" for n in range(3, 20)))
    assert rows(small_world) == 20
    done = run(small_world, HEAD + "".join(f"R{n},A,,,,\n" for n in range(2, 20)))
    assert counts(done) == (0, 0, 18, 2, 0)


def test_who_was_refused_is_in_the_file_and_not_gone(small_world):
    run(small_world, TWO)
    done = run(small_world, TWO.replace("bo@reader.example", "bo@"), anyway=True)
    assert counts(done) == (0, 0, 1, 0, 1)
    assert known(small_world, "R2").email == "bo@reader.example"


def test_who_came_by_a_request_is_in_no_file_and_stays(small_world):
    with_request(small_world, id="W1", name="Wanda")
    done = run(small_world, TWO)
    assert (done.gone, known(small_world, "W1").name) == (0, "Wanda")


def with_request(world, **patron):
    return world.place(patron=patron)


def found(world, typed):
    with world.store.read() as connection:
        return [one.number for one in listing.listed(connection, Filter(find=typed))]


def test_who_is_gone_and_has_requests_is_known_as_gone(world):
    run(world, TWO)
    number = with_request(world, id="R1")
    run(world, HEAD + "R2,Bo,,,,\n", anyway=True)
    with world.store.read() as connection:
        one = patron_details.shown(connection, "R1")
    assert (one.gone, one.name, one.open) == (True, "Ann Reader", (number,))
    run(world, TWO)
    assert known(world, "R1").source == "file"


def test_a_request_is_found_by_the_new_name_of_its_reader(world):
    run(world, TWO)
    number = with_request(world, id="R1")
    run(world, TWO.replace("Ann Reader", "Zenobia"))
    assert found(world, "zenobia") == [number]
    assert found(world, "ann reader") == []


LANGUAGES = {
    "de": "de", "DE-at": "de", "de_CH": "de", "ger": "de", "Deutsch": "de", "German": "de",
    "en": "en", "eng": "en", "English": "en", "Englisch": "en", "fr": "fr", "": "",
}  # fmt: skip


@pytest.mark.parametrize("written", LANGUAGES)
def test_a_language_is_read_by_its_tag_or_its_name(small_world, written):
    assert run(small_world, f"id,language\nR1,{written}\n").new == 1
    assert known(small_world, "R1").language == LANGUAGES[written]


def test_letters_speak_the_language_of_the_file(small_world):
    run(small_world, TWO)
    number = with_request(small_world, id="R2")
    small_world.act(number, "receive")
    (letter,) = [one for one in small_world.sent if one.to == "bo@reader.example"]
    assert "Guten Tag" in letter.text or "Sehr geehrte" in letter.text, letter.text


# --- what a broken file must not take away ----------------------------------------------------------


def many(bad=-1, row="R{n},Reader {n},r{n}@reader.example,,,en", head=HEAD, wrong=""):
    rows = (wrong if n == bad else row.format(n=n) for n in range(20))
    return head + "".join(f"{one}\n" for one in rows)


def as_json(bad=-1, wrong=""):
    return many(bad, '{{"id": "R{n}", "name": "Reader {n}"}}', "", wrong)


LAST = "name,email,id\n", "Reader {n},r{n}@reader.example,R{n}"
_SHIFTED = "Reader, 7,r7@reader.example,R7"
UNREADABLE = {
    "a cell too many": (many, {}, "R7,Reader 7,r7@reader.example,,,en,extra", 0),
    "a cell too few": (many, {}, "R7,Reader 7", 0),
    "a cell too many before the id": (many, {"head": LAST[0], "row": LAST[1]}, _SHIFTED, 1),
    "an empty id": (many, {}, ",Reader 7,r7@reader.example,,,en", 1),
    "a line break without quotation marks": (many, {}, "R7,Reader\n7,r7@reader.example,,,en", 0),
    "rows joined by a quotation mark": (many, {}, 'R6,"x,,,,,\nR7,"", x",,,,,,', 1),
    "an unknown field": (as_json, {}, '{"id": "R7", "phone": "1"}', 0),
    "a field that is no text": (as_json, {}, '{"id": "R7", "name": {}}', 0),
    "no JSON": (as_json, {}, '{"id": "R7", ', 1),
    "an id that is no text": (as_json, {}, '{"id": {}, "name": "Reader 7"}', 1),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_row_takes_nobody_away(small_world, case):
    """Who was refused keeps what is known, also where the row does not say who it is."""
    make, how, wrong, unknown = UNREADABLE[case]
    form = Form.JSON_LINES if make is as_json else Form.CSV
    run(small_world, make(**how), form)
    done = run(small_world, make(7, **how, wrong=wrong), form)
    assert known(small_world, "R7").name == "Reader 7"
    assert done.refused_count > 0
    assert (done.unknown, done.gone, done.kept) == (unknown, 0, unknown)


def test_who_stays_for_an_unreadable_row_goes_if_staff_say_so(small_world):
    run(small_world, many())
    text = many(7, wrong=",Reader 7,,,,")
    assert run(small_world, text, dry_run=True).kept == 1
    done = run(small_world, text, anyway=True)
    assert (done.gone, done.kept) == (1, 0)
    assert known(small_world, "R7") is None


EMPTIED = {
    "e-mail of all": ("R{n},Reader {n},,,,en", "20 of 20 readers would lose email"),
    "language and name": ("R{n},,r{n}@reader.example,,,en", "20 of 20 readers would lose name"),
}


@pytest.mark.parametrize("case", EMPTIED)
def test_an_empty_column_is_refused(small_world, case):
    row, says = EMPTIED[case]
    run(small_world, many())
    with pytest.raises(LocalFault, match=says):
        run(small_world, many(row=row))
    assert (known(small_world, "R7").email, known(small_world, "R7").name) == (
        "r7@reader.example",
        "Reader 7",
    )
    assert run(small_world, many(row=row), anyway=True).changed == 20


def test_few_empty_cells_are_taken_but_not_the_last_ten(small_world):
    """Of 200 readers ten are blocked: five per cent, but all of them at once are an empty column."""
    blocked = HEAD + "".join(f"R{n},A,,,{'fees' if n < 10 else ''},\n" for n in range(200))
    run(small_world, blocked)
    with pytest.raises(LocalFault, match="10 of 10 readers would lose blocks"):
        run(small_world, blocked.replace("fees", ""))
    assert run(small_world, blocked.replace("fees", "", 9)).changed == 9


def meanwhile(monkeypatch, happens):
    """Let something happen between comparing and writing."""
    real = importing._import

    def between(*given):
        monkeypatch.setattr(importing, "_import", real)
        happens()
        return real(*given)

    monkeypatch.setattr(importing, "_import", between)


def test_an_import_that_began_and_ended_while_another_compared_counts(small_world, monkeypatch):
    run(small_world, HEAD + "R1,Old,,,,en\nR2,Old,,,,en\n")
    other = HEAD + "R1,B,,,,en\nR2,B,,,,en\nR3,B,,,,en\n"
    meanwhile(monkeypatch, lambda: run(small_world, other))
    with pytest.raises(LocalFault, match="Another import"):
        run(small_world, HEAD + "R1,Old,,,,en\nR2,A,,,,en\n")
    assert [known(small_world, one).name for one in ("R1", "R2", "R3")] == ["B", "B", "B"]


def test_who_is_forgotten_while_a_file_is_compared_stays_forgotten(small_world, monkeypatch):
    run(small_world, TWO)
    forget = forgetting.forget
    meanwhile(monkeypatch, lambda: forget(small_world.store, small_world.app.context, "R1"))
    run(small_world, TWO.replace("Ann Reader", "Anna").replace("Bo,", "Bob,"))
    assert (known(small_world, "R1"), known(small_world, "R2").name) == (None, "Bob")


SECRETS = (
    "S3cr3t-Word",
    '"S3cr3t-Word',
    "S3cr3t-Word,Ann\nid,S3cr3t-Word\n",
    "<S3cr3t-Word>&S3cr3t-Word;</x>",
    "<S3cr3t-Word",
    "<a S3cr3t-Word=S3cr3t-Word/>",
    '{"S3cr3t-Word": 1}',
    '{"id": "S3cr3t-Word", "x": 1}',
    "[S3cr3t-Word",
    'id\n"S3cr3t-Word"S3cr3t-Word\n',
    "id,name\nS3cr3t-Word\n",
    "id,email,expires,language\nR1,S3cr3t-Word,,\nR2,,S3cr3t-Word,\n",
    "<users><user><primary_id>R1</primary_id><S3cr3t-Word></user></users>",
    "id=S3cr3t-Word\n[S3cr3t-Word]\n",
)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("text", SECRETS)
def test_no_word_of_a_file_is_said(small_world, text, form):
    """What is said goes to cron's mail, and to staff who may not read the file themselves."""
    said = ""
    try:
        done = run(small_world, text, form)
        said = " ".join(f"{one.column} {one.why}" for one in done.refused)
    except LocalFault as fault:
        said = str(fault)
    assert said or done.new
    assert "S3cr3t" not in said


# --- before it is current, and after a crash --------------------------------------------------------


def staged(world, readers):
    import_id = world.store.write(
        lambda c: patron_imports.begin(c, world.now, "clerk", patron_imports.latest(c))
    )
    world.store.write(lambda c: patron_imports.stage(c, import_id, readers))
    return import_id


def test_nothing_counts_before_it_is_current_and_then_all(small_world):
    run(small_world, TWO)
    readers = [FiledReader("R1", {"name": "New"}), FiledReader("R9", {"name": "Nine", "email": ""})]
    import_id = staged(small_world, readers)
    assert (known(small_world, "R1").name, known(small_world, "R9")) == ("Ann Reader", None)
    small_world.store.write(lambda c: patron_imports.make_current(c, import_id, small_world.now, {}))
    assert (known(small_world, "R1").name, known(small_world, "R9").name) == ("New", "Nine")


def test_an_import_that_was_killed_is_undone_by_the_next(world):
    run(world, TWO)
    import_id = staged(world, [FiledReader("R1", {"name": "Half"}), FiledReader("R8", {})])
    assert counts(run(world, TWO)) == (0, 0, 2, 0, 0)
    assert rows(world) == 2
    assert known(world, "R1").name == "Ann Reader"
    with pytest.raises(LocalFault, match="Another import"):
        world.store.write(lambda c: patron_imports.stage(c, import_id, [FiledReader("R7", {})]))
    with pytest.raises(LocalFault, match="Another import"):
        world.store.write(lambda c: patron_imports.make_current(c, import_id, world.now, {}))


def test_one_that_was_killed_right_after_it_counted_is_finished_by_the_next(small_world):
    run(small_world, TWO)
    import_id = staged(small_world, [FiledReader("R1", {"name": "New"})])
    small_world.store.write(lambda c: patron_imports.make_current(c, import_id, small_world.now, {}))
    assert rows(small_world) == 3
    run(small_world, TWO)
    assert rows(small_world) == 2


def test_what_a_request_says_meanwhile_is_not_lost(world):
    run(world, TWO)
    import_id = staged(world, [FiledReader("R1", {"name": "New"}), FiledReader("R9", {"name": "Nine"})])
    with_request(world, id="R1", status="other")
    with_request(world, id="R9", email="nine@reader.example")
    assert known(world, "R9").name == ""
    world.store.write(lambda c: patron_imports.make_current(c, import_id, world.now, {}))
    assert (known(world, "R1").status, known(world, "R1").name) == ("other", "New")
    assert (known(world, "R9").email, known(world, "R9").name) == ("nine@reader.example", "Nine")
    short_writes.settle(world.store)
    assert rows(world) == 3


def test_a_write_is_as_long_as_it_may_be(small_world):
    """The rows of a write shrink when it takes too long, and grow when it does not."""
    seconds = iter([0.0, 0.5, 1.0, 1.001, 2.0, 2.001])
    pauses, taken = [], []
    pace = short_writes.Pace(lambda: next(seconds), pauses.append)
    for _ in range(3):
        pace.write(small_world.store, lambda _connection: taken.append(pace.rows))
    assert taken == [50, 25, 50]
    assert pauses == [0.5 * short_writes.REST, short_writes.PAUSE, short_writes.PAUSE]


def test_a_file_of_any_size_needs_little_memory():
    """What is read lies in a database on the disk: of 16 MB little stays in memory."""
    with incoming() as readers:
        tracemalloc.start()
        for number in range(8000):
            readers.add(FiledReader(f"R{number}", {"name": "A" * 2000}), number + 2)
        found = sum(len(portion) for portion in readers.portions())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert found == 8000
    assert most < 5_000_000


# --- export ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["csv", "jsonl"])
def test_an_export_is_private_and_can_be_imported(small_world, tmp_path: Path, end):
    run(small_world, HEAD + '=R1,"=HYPERLINK(1), x",ann@reader.example,2027-01-31,a b,en\nR2,Bo,,,,\n')
    file = tmp_path / f"readers.{end}"
    assert exporting.export(small_world.store, file) == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert "\n=" not in file.read_text() and ",=" not in file.read_text()
    again = run(small_world, file.read_bytes(), Form(end))
    assert counts(again) == (0, 0, 2, 0, 0)
    with pytest.raises(LocalFault, match="cannot be written"):
        exporting.export(small_world.store, file)


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    " =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "x;=1+1",
    "x; =1+1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_is_a_formula_and_each_comes_back(small_world, tmp_path: Path, text):
    """The same guard as in the other tables: each line of a cell has it."""
    line = {"id": "R1", "name": f"A {text}", "email": "", "address": ["x", text], "blocks": [f"y; {text}"]}
    run(small_world, json.dumps({**line, "category": text}), Form.JSON_LINES)
    before = known(small_world, "R1")
    file = tmp_path / "readers.csv"
    exporting.export(small_world.store, file)
    for row in csv.reader(io.StringIO(file.read_text(), newline="")):
        for cell in row:
            lines = [part for one in cell.splitlines() for part in one.split(";")]
            assert not any(one.strip()[:1] in set("=+-@\uff1d\uff0b") for one in lines if one.strip())
    again = run(small_world, file.read_bytes(), Form.CSV)
    assert known(small_world, "R1") == before
    assert counts(again) == (0, 0, 1, 0, 0)


def test_an_import_leaves_an_open_request_its_address(small_world):
    """Staff have typed it with the request; the file of the next night does not know it."""
    file = "id,name,email\nR1,Ann,\nR2,Bo,bo@reader.example\n"
    run(small_world, file)
    number = small_world.place(patron={"id": "R1", "email": "ann@reader.example"})
    run(small_world, file.replace("bo@reader.example", ""))
    assert (known(small_world, "R1").email, known(small_world, "R2").email) == ("ann@reader.example", "")
    run(small_world, file.replace("Ann,", "Ann,new@reader.example"))
    assert known(small_world, "R1").email == "new@reader.example"
    small_world.act(number, "close")
    run(small_world, file)
    assert known(small_world, "R1").email == ""


@pytest.mark.parametrize(("pickup", "says"), [("Branch South", "(Branch South)"), ("", "at our desk")])
def test_the_letter_of_arrival_says_where_the_reader_collects(small_world, pickup, says):
    run(small_world, f"id,name,email,pickup\nR1,Ann,ann@reader.example,{pickup}\n")
    number = small_world.place(patron={"id": "R1"})
    small_world.act(number, "ship", heard_by="phone")
    small_world.act(number, "receive")
    (told,) = [one.text for one in small_world.to("ann@reader.example") if "is here" in one.text]
    assert f"waits for you {says}:" in told
    assert small_world.shown(number).patron.get("pickup", "") == pickup


def entered(world, door: str, **reader: str):
    wanted = {"service": "LOAN", "item": {"title": "A book"}, "patron": reader}
    return place.place(
        world.store, world.app.context, place.read(wanted, ("XX-BL",)), "rau", anyway=True, door=door
    )


@pytest.mark.parametrize("door", ["cli", "desk", "api"])
def test_a_request_replaces_no_address_of_the_file(small_world, door):
    run(small_world, "id,name,email\nR1,Ann,ann@reader.example\n")
    told = entered(small_world, door, id="R1", email="evil@elsewhere.example").warnings
    assert known(small_world, "R1").email == "ann@reader.example"
    assert "entered-address-stays" in [getattr(one, "code", "") for one in told]
    told = entered(small_world, door, id="R1", email="ANN@reader.example").warnings
    assert "entered-address-stays" not in [getattr(one, "code", "") for one in told]


def test_another_system_gives_a_reader_of_the_file_no_address(small_world):
    """It would open the reader's pages to whoever typed it."""
    run(small_world, "id,name,email\nR1,Ann,\n")
    told = entered(small_world, "api", id="R1", email="evil@elsewhere.example").warnings
    assert known(small_world, "R1").email == ""
    assert "entered-address-stays" in [getattr(one, "code", "") for one in told]
    entered(small_world, "desk", id="R1", email="ann@reader.example")
    assert known(small_world, "R1").email == "ann@reader.example"


def test_another_system_replaces_no_address_at_all(small_world):
    entered(small_world, "api", id="R5", email="eve@reader.example")
    entered(small_world, "api", id="R5", email="evil@elsewhere.example")
    assert known(small_world, "R5").email == "eve@reader.example"
    entered(small_world, "desk", id="R5", email="eve@new.example")
    assert known(small_world, "R5").email == "eve@new.example", "staff correct what a request brought"


def test_another_address_than_the_stored_one_is_something_that_staff_see(small_world):
    """Nobody reads the warning of an order that another system has placed."""
    entered(small_world, "api", id="R5", email="evil@elsewhere.example")
    assert small_world.attention("B1") == ()
    entered(small_world, "api", id="R5", email="eve@reader.example")
    assert small_world.attention("B2") == ("address-differs",)
    entered(small_world, "desk", id="R5", email="eve@reader.example")
    assert (known(small_world, "R5").email, known(small_world, "R5").source) == (
        "eve@reader.example",
        "staff",
    )
    entered(small_world, "api", id="R5", email="evil@elsewhere.example")
    assert known(small_world, "R5").email == "eve@reader.example"
    run(small_world, "id,name,email\nR5,Eve,eve@file.example\n")
    assert (known(small_world, "R5").email, known(small_world, "R5").source) == ("eve@file.example", "file")


def test_what_a_form_says_replaces_no_address_that_staff_typed(small_world):
    keep = partial(patrons.keep, reader=NamedReader("R5", email="eve@reader.example"), by_staff=True)
    small_world.store.write(keep)
    other = NamedReader("R5", email="evil@elsewhere.example")
    assert small_world.store.write(lambda connection: patrons.keep(connection, other))
    assert known(small_world, "R5").email == "eve@reader.example"
