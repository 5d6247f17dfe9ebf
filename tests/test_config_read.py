"""Each key of config.toml is read by something: one that does nothing is a promise that nobody keeps."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import mailproc
from mailproc.config import Config, Section

ROOT = Path(mailproc.__file__).parent

HELD_AS: dict[str, set[str]] = {
    "Config": {"config"},
    "Login": {"login"},
    "PartnerLetter": {"letter"},
    "PartnerIllsbn": {"illsbn", "settings"},
    "LibraryPostal": {"postal"},
    "Partner": {"partner", "one", "bundle", "to"},
    "PartnerArtemail": {"artemail", "settings"},
    "DeliveryKeywords": {"wanted"},
    "Account": {"account", "one"},
    "StoreSettings": {"store"},
    "BackupSettings": {"backup"},
    "TemplateSettings": {"templates"},
    "Documents": {"documents", "limits"},
    "Mailbox": {"mailbox", "login"},
    "Deliver": {"deliver", "login"},
    "Schedule": {"schedule", "planned"},
    "ReaderNotices": {"notices"},
    "Patrons": {"patrons", "rules"},
    "PatronColumns": {"columns"},
    "PatronLookupSettings": {"lookup", "settings"},
    "PatronRule": {"rule", "one"},
    "RequestForm": {"form", "one", "speaker", "limits"},
    "WebReaders": {"readers", "limits"},
    "SlipGrid": {"grid"},
    "CatalogueIndexes": {"indexes"},
    "CatalogueDaia": {"daia"},
    "HoldingField": {"named", "one"},
    "Catalogue": {"catalogue", "one"},
    "RotaRule": {"rule"},
    "PartnerLending": {"lending"},
    "ListenTcp": {"listen_tcp", "listen"},
    "PartnerTcp": {"tcp", "settings"},
    "ListenSlnp": {"listen", "listen_slnp"},
    "PartnerSlnp": {"slnp"},
    "SlnpInfo": {"info", "told", "settings_"},
    "ListenHttp": {"listen", "listen_http"},
    "Hub": {"hub"},
    "WebOidc": {"oidc", "settings"},
    "StaffEntry": {"entry"},
}
"""How what holds a section is called where its keys are read; the others are called as in config.toml."""

UNREAD = {
    "PartnerArtemail.enabled": "with false no new order uses them, and an ARTEmail partner is refused",
}
"""Keys that only the check of the file looks at."""


def sections() -> Iterator[type[Section]]:
    found, left = set[type[Section]](), [Config]
    while left:
        section = left.pop()
        if section in found:
            continue
        found.add(section)
        yield section
        left += [inner for field in section.model_fields.values() for inner in _inside(field.annotation)]


def _inside(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for each in get_args(annotation):
        yield from _inside(each)


@pytest.fixture(scope="module")
def reads() -> set[tuple[str, str]]:
    """(what it is read from, the name) of every attribute that is read, but for the checks of the file."""
    found = set()
    for file in ROOT.rglob("*.py"):
        if not file.name.startswith("config") and "config_load" not in file.parts:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    found.add((ast.unparse(node.value).rpartition(".")[2].lstrip("_"), node.attr))
    return found


@pytest.mark.costly
@pytest.mark.parametrize("section", list(sections()), ids=lambda section: section.__name__)
def test_every_key_is_read(section: type[Section], reads: set[tuple[str, str]]) -> None:
    name = section.__name__
    called = HELD_AS.get(name, {name.lower()})
    unread = [key for key in section.model_fields if not any((one, key) in reads for one in called)]
    assert unread == [each.partition(".")[2] for each in UNREAD if each.startswith(f"{name}.")], (
        f"nothing reads these keys of {name}: build them, or take them out of config.py and config.toml"
    )
