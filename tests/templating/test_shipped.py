"""Everything that is shipped: each text passes its check, the page about them is true, it is fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from mailproc.notices.catalogue import NOTICES
from mailproc.protocols.artemail.contracts import CONTRACTS
from mailproc.templating.contract import Contract, field_help, fields_of, sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

ALL = (*NOTICES, *CONTRACTS)
TEMPLATES = Templates([shipped_folder()], ALL)
MAKE = """.venv/bin/python - <<'EOF' > templates/README.md
from mailproc.notices.catalogue import NOTICES
from mailproc.protocols.artemail.contracts import CONTRACTS
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


def test_every_shipped_text_passes_its_check() -> None:
    assert [str(problem) for problem in TEMPLATES.check_all()] == []


def test_every_shipped_text_has_a_contract() -> None:
    folder = shipped_folder()
    texts = {file.relative_to(folder).as_posix() for file in folder.rglob("*.txt")}
    assert texts == {contract.path for contract in ALL}


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
