"""Everything that is wrong in a section is said at once, beside what has a wrong type or is out of range."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.app.build import further
from mailproc.config_load import alternatives
from mailproc.config_load.problem import ConfigProblem
from mailproc.errors import Misconfigured
from tests.support import configuration

BASE = (
    configuration.library("XX-TOWN", "ill@town.example", "Town Library")
    + configuration.section("listen", enabled=False)
    + configuration.partner("UK-BL", "orders@bl.example", proof=("none",), codec="letter")
)
SECTIONS = {
    "form": """
[[form]]
accepts_from = ["x"]                   # form[1].accepts_from[1]
proof = ["dmarc"]                      # form[1].proof
lenders = ["ZZ"]                       # form[1].lenders[1]
vocabulary = "foo"                     # form[1].vocabulary
limit = 3                              # form[1].limit
[form.labels]
bogus = ["a"]                          # form[1].labels.bogus
title = []                             # form[1].labels.title
[form.services]
FOO = ["a"]                            # form[1].services.FOO
""",
    "order form": """
[[form]]
name = "orders"
role = "RESPONDER"
partner = "ZZ"                         # form[orders].partner
straight = 1                           # form[orders].straight
networks = ["x"]                       # form[orders].networks[1]
""",
    "catalogue": """
[[catalogue]]
name = "a b"                           # catalogue[a b].name
url = "ftp://x"
use = "x"                              # catalogue[a b].use
protocol = "foo"                       # catalogue[a b].protocol
relation = "7"                         # catalogue[a b].relation
timeout = 0                            # catalogue[a b].timeout
[catalogue.daia]
url = "foo"                            # catalogue[a b].daia.url
[catalogue.indexes]
isbn = "a b"                           # catalogue[a b].indexes.isbn
[[catalogue.holding]]
field = "85"                           # catalogue[a b].holding[1].field
""",
    "hook": """
[[hook]]
name = "a b"                           # hook[a b].name
events = ["foo", "RESPONDER.ship"]     # hook[a b].events[1]
url = "ftp://x"                        # hook[a b].url
secret = { env = "NO_SUCH_VARIABLE" }  # hook[a b].secret
timeout = 0                            # hook[a b].timeout
connections = 99                       # hook[a b].connections
""",
    "hook by command": """
[[hook]]
name = "local"
events = ["foo"]                       # hook[local].events[1]
command = ["", ""]                     # hook[local].command
connections = 0                        # hook[local].connections
""",
    "ncip": """
[ncip]
url = "ftp:/x"                         # ncip.url
from_agency = "x"
reader = "foo"                         # ncip.reader
accept_item = ["foo"]                  # ncip.accept_item[1]
check_out_item = ["RESPONDER.bar"]     # ncip.check_out_item[1]
[ncip.accounts]
ZZ = "x"                               # ncip.accounts
""",
    "ncip without its address": """
[ncip]
accept_item = ["foo"]                  # ncip.accept_item[1]
timeout = 0                            # ncip.timeout
[patrons.lookup]
protocol = "ncip"
""",
    "rota": """
[[rota]]
name = ""                              # rota[1].name
partners = ["ZZ"]                      # rota[1].partners
services = ["FOO"]                     # rota[1].services[1]
holders = "x"                          # rota[1].holders
most = 99                              # rota[1].most
countries = ["GBR"]                    # rota[1].countries
""",
    "lending": """
[partner.lending]
country = "GBR"                        # partner[UK-BL].lending.country
closed = ["foo", "mon", "2026-13-01"]  # partner[UK-BL].lending.closed[1] partner[UK-BL].lending.closed[3]
load = -1                              # partner[UK-BL].lending.load
""",
    "slips": """
[slips]
page = "A9"                            # slips.page
margin = 99                            # slips.margin
[slips.pull]
columns = 0                            # slips.pull.columns
rows = 99                              # slips.pull.rows
""",
    "privacy": """
[privacy]
anonymise_after = 300                  # privacy.anonymise_after
purge_after = "1 month"                # privacy.purge_after
keep_declarations = 0                  # privacy.keep_declarations
[policy]
archive_after = 100
""",
    "patrons": """
[patrons]
dates = "x"                            # patrons.dates
gone_percent = 101                     # patrons.gone_percent
[patrons.columns]
id = "x"                               # patrons.columns.id
foo = ["x"]                            # patrons.columns.foo
[[patrons.rule]]
open = -1                              # patrons.rule[1].open
services = ["FOO"]                     # patrons.rule[1].services[1]
""",
    "look-up": """
[patrons.lookup]
protocol = "sip2"
host = "a b"                           # patrons.lookup.host
port = 0                               # patrons.lookup.port
security = "x"                         # patrons.lookup.security
blocks = ["x"]                         # patrons.lookup.blocks[1]
""",
}
BEYOND = {  # what is missing has no line of its own
    "form": ["form[1].name"],
    "ncip": ["ncip.to_agency"],
    "ncip without its address": ["ncip.url"],
}


def problems(folder: Path, lines: str) -> set[str]:
    """The keys that are named."""
    file = folder / "config.toml"
    file.write_text(BASE + lines)
    with pytest.raises(Misconfigured) as caught:
        config_load.load(file, further)
    told = str(caught.value).replace(f"{file}, line", "  line").splitlines()
    found = (line.strip().partition(": ")[2] for line in told if line.strip().startswith("line "))
    return {one.partition(": ")[0].partition(" = ")[0] for one in found}


def expected(case: str) -> Iterator[str]:
    for line in SECTIONS[case].splitlines():
        keys = line.partition("# ")[2].replace("a b", "a~b").split()
        yield from (key.replace("a~b", "a b") for key in keys)
    yield from BEYOND.get(case, ())


@pytest.mark.parametrize("case", SECTIONS)
def test_all_of_a_section_is_said_at_once(tmp_path: Path, case: str) -> None:
    assert problems(tmp_path, SECTIONS[case]) == set(expected(case))


def test_all_sections_are_said_at_once(tmp_path: Path) -> None:
    cases = ["lending", *(case for case in SECTIONS if case not in ("lending", "ncip without its address"))]
    found = problems(tmp_path, "".join(SECTIONS[case] for case in cases))
    here = {
        key for case in cases for key in expected(case) if not key.startswith(("form[", "hook[", "patrons"))
    }
    assert here <= found


def test_what_follows_from_a_wrong_word_is_not_said(tmp_path: Path) -> None:
    """Of a role that nobody knows, nobody can say what belongs to it."""
    lines = '[[form]]\nname = "a"\naccepts_from = ["a@b.example"]\nproof = ["none"]\nrole = "x"\n'
    assert problems(tmp_path, lines + 'partner = "UK-BL"\n') == {"form[a].role"}


def test_the_rules_are_asked_a_bounded_number_of_times() -> None:
    asked: list[object] = []
    keys = [("catalogue", at, "protocol") for at in range(alternatives.MOST_UNSURE)]
    problem = ConfigProblem(("catalogue", 0, "name"), "x")

    def ask(*given: object) -> list[ConfigProblem]:
        asked.append(given)
        return [problem]

    alternatives.certain(keys, [problem], ask)
    assert 3 * alternatives.MOST_UNSURE <= len(asked) <= alternatives.MOST
    asked.clear()
    alternatives.certain([*keys, ("hook", 0, "timeout")], [problem], ask)
    assert asked == []
