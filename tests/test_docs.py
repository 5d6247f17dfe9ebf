"""Documentation that fails the build when it lies: verbs, options, links, keys, examples, make targets."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config import Config
from mailproc.config_load.schema import section_at, section_in
from mailproc.ill.apdu import Delivery, Item, Money, Postal
from mailproc.ill.copyright_rules import Declaration
from mailproc.office.requests import lend, place
from mailproc.protocols import registry
from tests.command_line import run

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "templates/README.md"])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
every_page = pytest.mark.parametrize("page", PAGES, ids=NAMES)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> Iterator[str]:
    """What is set as code: the lines of fenced blocks, and what stands between backticks."""
    text = text_of(page)
    for block in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        yield from block.splitlines()
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose))


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) < 150


LONG = 40
"""Characters of a sentence that no page says twice by chance."""
LONG_LINES = ("docs/states.md", "docs/languages.md", "templates/README.md", "CHANGELOG.md")
"""Generated pages; and a list whose entries nobody wraps again."""


@pytest.mark.parametrize("name", [one for one in NAMES if one not in LONG_LINES])
def test_lines_of_prose_have_120_columns_at_most(name: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```", "", text_of(ROOT / name), flags=re.DOTALL | re.MULTILINE)
    lines = [line for line in prose.splitlines() if not line.startswith("|")]
    assert [line for line in lines if len(line) > 120 and " " in line.strip()] == []


def sentences_of(page: Path) -> Iterator[str]:
    """What is said, however its lines are broken; without blocks and tables."""
    prose = re.sub(r"^ *```.*?^ *```|^ *\|.*?$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n|^\s*(?:[*-]|\d+\.) ", prose, flags=re.MULTILINE):
        yield from re.split(r"(?<=[.;!?]) ", " ".join(paragraph.split()))


@pytest.mark.parametrize("name", [one for one in NAMES if one not in LONG_LINES])
def test_no_sentence_stands_twice(name: str) -> None:
    """A merge that takes a paragraph from both sides leaves it twice, or cut in the middle."""
    said = Counter(one for one in sentences_of(ROOT / name) if len(one) >= LONG and one.endswith((".", ";")))
    assert [one for one, times in said.items() if times > 1] == []


@every_page
def test_a_paragraph_that_begins_with_a_name_ends(page: Path) -> None:
    """Cut in the middle, it has no stop before the next one begins."""
    for paragraph in re.split(r"\n\n+", text_of(page)):
        first, _, rest = paragraph.partition("\n")
        if first.startswith("**"):
            assert not re.search(r"^\*\*[A-Z]\w+\*\*", rest, re.MULTILINE), paragraph


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(file), f"{target}: no such heading"


def anchors(page: Path) -> set[str]:
    """Headings as the usual renderers name them: lower case, blanks to hyphens, signs dropped."""
    headings = re.findall(r"^#+ (.*)$", text_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_files_of_the_program_exist(page: Path) -> None:
    for code in code_of(page):
        if re.fullmatch(r"\w[\w/]*\.(py|toml)", code) and "/" in code:
            assert (ROOT / code).exists() or (ROOT / "mailproc" / code).exists(), f"{code} is not there"


def test_each_decision_has_a_date_and_stands_in_the_index() -> None:
    index, _, entries = text_of(ROOT / "docs/decisions.md").partition("\n\n## ")
    titles = re.findall(r"^### (.*)$", entries, flags=re.MULTILINE)
    dated = re.findall(r"^### .*\n\nDecided \d{4}-\d\d-\d\d\.\n\n\S", entries, flags=re.MULTILINE)
    listed = re.findall(r"^  \* \[([^]]*)\]", index, flags=re.MULTILINE)
    assert [" ".join(title.split()) for title in listed] == titles
    assert len(dated) == len(titles) > 90


# --- verbs and options --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def verbs() -> dict[str, set[str]]:
    """Each verb of the command line with its options, as Typer knows them."""
    from mailproc.cli.root import loaded
    from mailproc.cli.verbs import VERBS

    return {
        name: {option for parameter in loaded(name).params for option in parameter.opts} for name in VERBS
    }


CALL = re.compile(
    r"(?:^|\s)(?:\S*/)?mailproc(?: --config \S+)? (?!mailproc\b)([a-z]+(?:-[a-z]+)*)\b([^#|`]*)"
)


def calls(page: Path) -> Iterator[tuple[str, list[str]]]:
    for code in code_of(page):
        for call in CALL.finditer(code):
            yield call[1], re.findall(r"--[a-z-]+", call[2])


@every_page
def test_verbs_and_options_exist(page: Path, verbs: dict[str, set[str]]) -> None:
    for verb, options in calls(page):
        assert verb in verbs, f"no verb {verb!r}"
        assert set(options) <= verbs[verb], f"mailproc {verb} has no {set(options) - verbs[verb]}"


def test_the_readme_names_verbs_at_all() -> None:
    assert {verb for verb, _ in calls(ROOT / "README.md")} >= {"check", "run", "request", "show", "verify"}


# --- keys and examples --------------------------------------------------------------------------

KEY = re.compile(
    r"(library|store|listen|mailbox|deliver|partner|schedule|policy|templates|artemail|iso10161)((?:\.[a-z_]+)+)"
)


@every_page
def test_keys_of_the_configuration_exist(page: Path) -> None:
    for code in code_of(page):
        if (
            (key := KEY.fullmatch(code))
            and not (ROOT / code).exists()
            and not code.endswith((".py", ".toml"))
        ):
            loc = tuple(code.split("."))
            section = section_at(loc[:-1])
            assert section is not None and loc[-1] in section.model_fields, f"{key[0]} is no key"


@every_page
def test_tables_of_the_configuration_exist(page: Path) -> None:
    for code in code_of(page):
        if header := re.fullmatch(r"\[\[?([a-z.]+)\]\]?", code):
            assert names_a_table(header[1].split(".")), f"{code} is no table of config.toml"


def names_a_table(parts: list[str]) -> bool:
    section = section_at(tuple(parts[:-1])) if len(parts) > 1 else Config
    if section is None or parts[-1] not in section.model_fields:
        return False
    annotation = section.model_fields[parts[-1]].annotation
    return section_in(annotation) is not None or "dict" in str(annotation)


def example(page: str, mark: str) -> str:
    """The fenced block behind the comment ``<!-- mark -->``."""
    found = re.search(
        rf"<!-- {mark} -->\n```\w+\n(.*?)^```", text_of(ROOT / page), flags=re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"{page} has no example {mark}"
    return found[1]


def test_the_readmes_configuration_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a reader does it: init, then the partner put at the end."""
    monkeypatch.setenv("ART_PASSWORD", "ZZTOP99")
    monkeypatch.chdir(tmp_path)
    _mailproc, *call = shlex.split(example("README.md", "init"))
    made = run(*call[: call.index("&&")])
    assert made.code == 0, made
    file = tmp_path / call[-1] / "config.toml"
    with file.open("a", encoding="utf-8") as config_file:
        config_file.write(example("README.md", "config"))
    config = config_load.load(file, registry.problems)
    assert config.library.symbol == "UK-EXAMPLE"
    assert [partner.symbol for partner in config.partner] == ["UK-BL"]
    assert not [told for told in config_load.warnings(config) if "placeholder" in told]


@pytest.mark.parametrize(
    "kind", ["british library", "customer", "iso10161", "tcp", "both ways", "letter", "plain"]
)
def test_each_kind_of_partner_loads(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the shipped file, and as it will be used: with a relay."""
    for name in ("ART_PASSWORD", "CUSTOMER_PASSWORD", "LINES_PASSWORD"):
        monkeypatch.setenv(name, "ZZTOP99")
    shipped = text_of(ROOT / "config.toml").replace('mode = "folder" ', 'mode = "smtp"   ')
    file = tmp_path / "config.toml"
    relayed = shipped.replace('host = ""   ', 'host = "relay.library.example"   ')
    if "[partner.tcp]" in example("docs/partners.md", kind):
        opened = '[listen_tcp]\nenabled = true\nhost = "0.0.0.0"'
        relayed = relayed.replace('[listen_tcp]\nenabled = false\nhost = "127.0.0.1"', opened)
    file.write_text(relayed + example("docs/partners.md", kind), encoding="utf-8")
    config = config_load.load(file, registry.problems)
    (partner,) = config.partner
    assert config.deliver.mode == "smtp"
    assert registry.load(config).by_name(registry.spoken_with(partner).name)
    assert not [told for told in config_load.warnings(config) if partner.symbol in told]


def fields_of_a_request() -> set[str]:
    """Every field that `request` takes, dotted; ``billing`` has those of ``delivery``."""
    shapes = {
        "item": Item,
        "delivery": Delivery,
        "delivery.postal": Postal,
        "max_cost": Money,
        "declaration": Declaration,
    }
    inner = {f"{name}.{field.name}" for name, shape in shapes.items() for field in fields(shape)}
    of_theirs = set(lend.KNOWN) - set(place.KNOWN)
    return {*place.KNOWN, *of_theirs, *inner, *(f"patron.{name}" for name in place.PATRON)}


def test_every_field_of_a_request_stands_in_the_table() -> None:
    table = re.findall(r"^\| `([\w.]+)` \|", text_of(ROOT / "docs/requests.md"), flags=re.MULTILINE)
    assert len(table) == len(set(table))
    assert set(table) == fields_of_a_request()


@pytest.mark.parametrize("page", ["README.md", "docs/requests.md"])
def test_the_requests_shown_are_taken_and_their_reader_hears_of_it(page: str) -> None:
    wanted = place.read(json.loads(example(page, "request")), ["UK-BL"])
    assert wanted.patron is not None
    assert "@" in wanted.patron.email


# --- make ---------------------------------------------------------------------------------------


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), flags=re.MULTILINE))
    for code in code_of(page):
        if call := re.match(r"make ((?:[a-z]+ ?)+)(?:#|$|\s)", code):
            assert set(call[1].split()) <= targets, f"{code!r}: not in the Makefile"


def test_nobody_is_told_to_install_the_mailproc_of_pypi() -> None:
    """That name belongs to another program: what is installed is a file, or the tree."""
    texts = [*PAGES, ROOT / "config.toml", ROOT / "Makefile", *(ROOT / "mailproc").rglob("*.py")]
    for page in texts:
        for what in re.findall(r"pipx? install((?: +[^\s`]+)+)", text_of(page)):
            bare = [word for word in what.split() if re.match(r"['\"]?mailproc(?![\w./-]*/)", word)]
            assert bare == [], f"{page}: install{what}"


def test_ci_runs_what_the_readme_says() -> None:
    script = text_of(ROOT / ".ci" / "run")
    assert "make lint types layers" in script
    assert "make test" in script
    assert "REQUIRE_ALL=1" in script


# --- security: each promise has its test --------------------------------------------------------


def threat_rows() -> list[tuple[str, str]]:
    """What each row of a table with tests says (threats, letters that letters cause), and the tests named."""
    before, _, threats = text_of(ROOT / "docs/security.md").partition("## Threats and tests")
    others = [row for row in table_rows(before) if "tests/" in row[-1]]
    return [(row[0].strip(), row[-1]) for row in others + table_rows(threats)[2:]]


def table_rows(text: str) -> list[list[str]]:
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize(("threat", "named"), threat_rows(), ids=[row[0] for row in threat_rows()])
def test_each_threat_names_tests_that_exist(threat: str, named: str) -> None:
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", named)
    assert tests, f"{threat}: no test is named"
    for file, function in tests:
        assert (ROOT / file).exists(), f"{file} is not there"
        assert function, f"{threat}: which function of {file} holds it? Write {file}::name"
        assert re.search(rf"^(async )?def {function}\(", text_of(ROOT / file), re.MULTILINE), (
            f"{file} has no {function}"
        )
