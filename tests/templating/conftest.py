"""A small shipped folder, a site folder before it, and a contract with everything in it."""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailproc.templating.contract import Contract, field_help, sample_of
from mailproc.templating.environment import Templates


@dataclass(frozen=True, kw_only=True)
class Order:
    number: str = field_help("Our number.", sample="B12-1")
    lines: tuple[str, ...] = field_help("The item.", sample=("On Letters", "Seneca"))
    note: str = field_help("A remark.", sample="with care", optional=True)


@dataclass(frozen=True, kw_only=True)
class Reader:
    name: str = field_help("The reader's name.", sample="A. Reader")
    email: str = field_help("Their address.", sample="a.reader@example.org", optional=True)


@dataclass(frozen=True, kw_only=True)
class Everything:
    title: str = field_help("The title.", sample="On Letters")
    count: int = field_help("How many.", sample=3)
    urgent: bool = field_help("Is it urgent?", sample=True)
    due: str = field_help("The due date.", sample="Mon 23 Nov", optional=True)
    position: int | None = field_help("Place in the queue.", sample=4, optional=True)
    reader: Reader = field_help("The reader.", sample=sample_of(Reader))
    guardian: Reader | None = field_help("Theirs.", sample=sample_of(Reader), optional=True)
    orders: tuple[Order, ...] = field_help("The orders.", sample=(sample_of(Order),))
    words: tuple[str, ...] = field_help("Words.", sample=("LOAN", "SED99"))


LETTER = Contract("en/staff/all.txt", Everything, "Everything that a letter can hold.")
MACHINE = Contract("wire/all.txt", Everything, "The same for a machine.", machine=True)
GOOD_LETTER = "Subject: {{ title }}\n\nDear {{ reader.name }}\n"
GOOD_MACHINE = "{% for order in orders %}\n{{ order.number }}\n{% endfor %}\nNNNN\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return _folder(tmp_path / "shipped", {LETTER.path: GOOD_LETTER, MACHINE.path: GOOD_MACHINE})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return _folder(tmp_path / "site", {})


@pytest.fixture
def templates(site: Path, shipped: Path) -> Templates:
    return Templates([site, shipped], [LETTER, MACHINE])


@pytest.fixture
def put(site: Path) -> Callable[[str, str], Path]:
    def write(path: str, text: str) -> Path:
        _folder(site, {path: text})
        return site / path

    return write


def _folder(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
