"""What is refused in [[catalogue]], each with its key; whatever stands there becomes part of a query."""

from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.app import preflight
from mailproc.errors import Misconfigured
from mailproc.protocols import registry

HEAD = "[library]\nsymbol = 'XX-US'\nemail = 'ill@us.example'\n[listen]\nenabled = false\n"
GOOD = "[[catalogue]]\nname = 'own'\nurl = 'https://catalogue.example/sru'\n"
Z3950 = "[[catalogue]]\nname = 'z'\nprotocol = 'z39.50'\nurl = '{}'\n"

WRONG = [
    (GOOD + GOOD.replace("own", "OWN"), ".name", "two catalogues"),
    (GOOD.replace("'own'", "'a name'"), ".name", "short name"),
    (GOOD.replace("https:", "ftp:"), ".url", "https://"),
    (GOOD.replace("catalogue.example", "us:hunter2@catalogue.example"), ".url", "https://"),
    (GOOD.replace("/sru", "/s ru"), ".url", "https://"),
    (GOOD.replace("/sru", ":99999/sru"), ".url", "https://"),
    (GOOD + "[catalogue.daia]\nurl = 'daia'\n", ".daia.url", "https://"),
    (GOOD + "id = 'isbn'\n", ".id", "{isbn} or {issn}"),
    (GOOD + "id = 'a:{ppn}'\n", ".id", "{isbn} or {issn}"),
    (GOOD + "id = '{isbn.__class__}'\n", ".id", "{isbn} or {issn}"),
    (GOOD + "id = '{isbn:>99999999}'\n", ".id", "{isbn} or {issn}"),
    (GOOD + "id = '{isbn'\n", ".id", "{isbn} or {issn}"),
    (GOOD + "relation = 'all or'\n", ".relation", "relation"),
    (GOOD + "[catalogue.indexes]\nisbn = 'a or b'\n", ".indexes.isbn", "index"),
    (GOOD + "[[catalogue.holding]]\nfield = '85'\n", ".field", "852"),
    (GOOD + "[[catalogue.holding]]\nfield = '852'\nsymbol = '$a'\n", ".symbol", "subfields"),
    (GOOD + "longest = 0\n", ".longest", "0"),
    (Z3950.format("z.example:210"), ".url", "z3950.library.example:210/Default"),
    (Z3950.format("z.example:210/x\\n!id"), ".url", "z3950.library.example:210/Default"),
    (Z3950.format("z.example:210/x") + "program = '-f'\n", ".program", "program"),
    ("[schedule]\ncatalogues = 'often'\n", "schedule.catalogues", "every 60s"),
]


@pytest.mark.parametrize(("text", "key", "says"), WRONG)
def test_what_cannot_work_is_refused(tmp_path: Path, text: str, key: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(HEAD + text)
    with pytest.raises(Misconfigured) as refused:
        config_load.load(file, registry.problems)
    assert key in str(refused.value)
    assert says in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_what_can_work_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(HEAD + GOOD + Z3950.format("z3950.example:210/Default") + "id = 'x:{isbn}'\n")
    assert [one.name for one in config_load.load(file, registry.problems).catalogue] == ["own", "z"]


def test_a_program_that_is_not_there_is_said_before_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()  # of the store, or its lack would be said too
    file = tmp_path / "config.toml"
    section = Z3950.format("z.example:210/x") + "program = 'no-such-client'\n"
    file.write_text(HEAD + section)
    config = config_load.load(file, registry.problems)
    assert "catalogue z: there is no program no-such-client" in "".join(preflight.warnings(config))
    file.write_text(HEAD + section.replace("no-such-client", "sh"))
    assert list(preflight.warnings(config_load.load(file, registry.problems))) == []
