"""Everything that is shipped: each text passes its check, the page about them is true, it is fast."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment

from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import ENGLISH, shipped_tags
from mailproc.notices.slips import SLIPS
from mailproc.protocols.artemail.write.contracts import CONTRACTS
from mailproc.templating.check import check_names
from mailproc.templating.contract import Contract, field_help, fields_of, sample_of, samples
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.known_names import known_names
from mailproc.templating.sandbox import Sandbox
from mailproc.templating.shapes import Record, shape_of

FOR_PEOPLE = (*NOTICES, *SLIPS)
ALL = (*FOR_PEOPLE, *CONTRACTS)
TEMPLATES = Templates([shipped_folder()], ALL)
PROMISED = {
    f"{language}/{contract.path.partition('/')[2]}": contract
    for contract in FOR_PEOPLE
    for language in shipped_tags()
} | {contract.path: contract for contract in CONTRACTS}
TEXTS = {path: contract for path, contract in PROMISED.items() if (shipped_folder() / path).is_file()}
"""What is not there is told by one test alone."""
TO_PEOPLE = {path: contract for path, contract in TEXTS.items() if not contract.machine}
every_letter = pytest.mark.parametrize(("path", "contract"), TO_PEOPLE.items(), ids=TO_PEOPLE)
every_text = pytest.mark.parametrize(("path", "contract"), TEXTS.items(), ids=TEXTS)
MAKE = """.venv/bin/python - <<'EOF' > templates/README.md
from mailproc.notices.catalogue import NOTICES
from mailproc.protocols.artemail.write.contracts import CONTRACTS
from mailproc.templating.readme import readme
print(readme((*NOTICES, *CONTRACTS)), end="")
EOF"""


@dataclass(frozen=True, kw_only=True)
class Order:
    number: str = field_help("A number.", sample="B1")
    title: str = field_help("A title.", sample="On Letters")


@dataclass(frozen=True, kw_only=True)
class File:
    orders: tuple[Order, ...] = field_help("Orders.", sample=(sample_of(Order),))


def text_of(path: str) -> str:
    return (shipped_folder() / path).read_text(encoding="utf-8")


def test_every_shipped_text_passes_its_check() -> None:
    assert [str(listed.problem) for listed in TEMPLATES.listing() if listed.problem] == []
    assert {(listed.path, listed.source) for listed in TEMPLATES.listing()} == {
        (path, "shipped") for path in TEXTS
    }


def test_every_shipped_text_has_a_contract_and_every_language_has_every_text() -> None:
    folder = shipped_folder()
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*.txt")}
    assert there - PROMISED.keys() == set(), "no letter uses it: notices/patron.py, notices/catalogue.py"
    assert PROMISED.keys() - there == set(), "this text is not there: write it in mailproc/templates"


@every_text
def test_every_name_of_a_contract_is_used_by_its_shipped_text(path: str, contract: Contract) -> None:
    """A name that no shipped text uses is a name nobody needs, or a text that lost it."""
    unused = [name for name in fields_of(contract.context) if name not in text_of(path)]
    assert unused in ([], ["library"])


@every_text
def test_a_field_taken_out_of_a_contract_breaks_its_shipped_text(path: str, contract: Contract) -> None:
    whole = shape_of(contract.context).fields
    for gone in (name for name in whole if name in text_of(path) and name != "library"):
        rest = Record({name: shape for name, shape in whole.items() if name != gone})
        problems = check_names(Sandbox().parse(text_of(path)), rest, "x")
        assert problems, gone
        assert all(problem.line for problem in problems)


@every_letter
def test_every_sample_of_every_letter_renders_without_a_gap(path: str, contract: Contract) -> None:
    for context in samples(contract):
        text = TEMPLATES.render(path, context)
        for trace in ("None", "True", "False", "\n\n\n", " \n", "  (", "()", ": \n", "{", "}"):
            assert trace not in text, trace
        assert not text.endswith("\n\n")


@every_text
def test_no_line_ends_with_a_tag_that_would_swallow_its_end(path: str, contract: Contract) -> None:
    """A tag alone on its line leaves none behind; a tag at the end of other text glues two lines."""
    for line in text_of(path).splitlines():
        alone = re.fullmatch(r"\s*(\{%[^%]*%\}\s*)+", line)
        in_report = path == "artemail/report.txt"  # its heading has two empty lines behind it
        assert alone or in_report or not line.rstrip().endswith("%}"), line


def test_the_page_about_the_templates_is_current() -> None:
    page = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert page == TEMPLATES.readme(), f"out of date; make it again with\n{MAKE}"


def test_the_page_names_every_template_and_every_name() -> None:
    page = TEMPLATES.readme()
    for contract in ALL:
        assert f"### {contract.path}\n" in page
        for name, told in fields_of(contract.context).items():
            assert f"| `{name}` | {told.help}" in page
    assert "`reasons[].partner`" in page
    assert "`request.author`" in page


def test_the_shipped_folder_is_the_one_of_the_checkout_or_the_wheel() -> None:
    assert (shipped_folder() / "en" / "patron" / "arrived.txt").is_file()


def test_rendering_is_not_much_slower_than_plain_jinja(tmp_path: Path) -> None:
    """Compiled once; the sandbox may cost a third. The bound is loose: this machine is shared."""
    text = "{% for o in orders %}\n{{ o.number }} {{ o.title }}\n{% endfor %}\n"
    context = {"orders": [{"number": f"B{n}", "title": "On Letters"} for n in range(15)]}
    plain = Environment(autoescape=False, trim_blocks=True).from_string(text)  # noqa: S701  # plain text
    templates = _templates_with(text, tmp_path)
    assert templates.render("wire/x.txt", context) == plain.render(context)
    rounds = [
        (_seconds(lambda: plain.render(context)), _seconds(lambda: templates.render("wire/x.txt", context)))
        for _ in range(5)
    ]
    assert min(ours / theirs for theirs, ours in rounds) < 3


def _templates_with(text: str, folder: Path) -> Templates:
    (folder / "wire").mkdir()
    (folder / "wire" / "x.txt").write_text(text)
    return Templates([folder], [Contract("wire/x.txt", File, "A file.", machine=True)])


def _seconds(render: Callable[[], str]) -> float:
    started = time.perf_counter()
    for _ in range(1000):
        render()
    return time.perf_counter() - started


def test_what_is_said_about_texts_is_in_english_what_their_contracts_say() -> None:
    """The languages find it by its English words."""
    said = {one.purpose for one in ALL} | {name.help for one in ALL for name in known_names(one.context)}
    assert set(ENGLISH.texts.about_texts.values()) == said
    assert len(ENGLISH.texts.about_texts) == len(said)
