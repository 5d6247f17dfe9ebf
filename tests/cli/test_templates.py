"""``templates --diff``: what a site changed, for the person who changed it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailproc.templating import earlier_release
from mailproc.templating.folders import shipped_folder

ARRIVED = "en/patron/arrived.txt"


def changed(folder: Path, old: str, new: str) -> None:
    text = (shipped_folder() / ARRIVED).read_text(encoding="utf-8")
    assert old in text
    site = folder / "site" / ARRIVED
    site.parent.mkdir(parents=True)
    site.write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_changed_is_shown(cli: Callable, folder: Path) -> None:
    changed(folder, "our desk", "the blue desk")
    ran = cli("templates", "--diff", ARRIVED)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line[:1] for line in lines if "desk" in line] == ["-", "+"]
    assert any("the blue desk" in line for line in lines)


def test_as_shipped(cli: Callable) -> None:
    assert cli("templates", "--diff", ARRIVED).out == f"{ARRIVED} is as it was shipped.\n"


def test_a_password_typed_into_a_template_is_masked(cli: Callable, folder: Path) -> None:
    changed(folder, "our desk", "our desk\n99-0001\nZq7Pass9")
    assert "Zq7Pass9" not in cli("templates", "--diff", ARRIVED).out


def shipped(path: str) -> str:
    return (shipped_folder() / path).read_text(encoding="utf-8")


def own_text_of_0_1_0(folder: Path, more: str = "") -> None:
    site = folder / "site" / ARRIVED
    site.parent.mkdir(parents=True)
    site.write_text(earlier_release.text_of(ARRIVED) + more, encoding="utf-8")


def test_what_has_changed_in_the_shipped_text_is_shown_below(cli: Callable, folder: Path) -> None:
    own_text_of_0_1_0(folder, "The blue desk\n")
    ran = cli("templates", "--diff", ARRIVED)
    ours, _, since = ran.out.partition(f"The shipped text of {ARRIVED} has changed since 0.1.0:\n")
    assert "+The blue desk" in ours
    assert f"--- shipped-0.1.0/{ARRIVED}\n+++ shipped/{ARRIVED}\n" in since
    assert "with_us" in since and "blue" not in since
    told = cli("templates", "--diff", ARRIVED, "--json").json
    assert told["since"] == "0.1.0" and told["shipped_diff"].strip() in since


def test_a_text_that_was_only_copied_may_go(cli: Callable, folder: Path) -> None:
    own_text_of_0_1_0(folder)
    assert "delete your file" in cli("templates", "--diff", ARRIVED).out


def test_the_first_start_of_a_version_names_texts_whose_shipped_one_has_changed(
    cli: Callable, folder: Path
) -> None:
    """And nothing but those: not an equal copy, one that was adapted since, one that nobody uses."""
    own_text_of_0_1_0(folder, "The blue desk\n")
    for path, text in (
        ("de/patron/arrived.txt", (shipped_folder() / "de/patron/arrived.txt").read_text(encoding="utf-8")),
        (
            "artemail/cancel.txt",
            (shipped_folder() / "artemail/cancel.txt").read_text(encoding="utf-8") + "\n",
        ),
        ("en/patron/arived.txt", "x"),
    ):
        file = folder / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    note = f"template {ARRIVED} is your own, and the shipped text has changed since 0.1.0"
    assert cli("check").out.count("the shipped text has changed") == 1
    started = cli("run", "--once").out
    assert note in started and started.count("the shipped text has changed") == 1
    assert "the shipped text has changed" not in cli("run", "--once").out + cli("check").out


def test_every_text_of_the_earlier_release_has_changed_since() -> None:
    folder = Path(earlier_release.__file__).parent / "earlier" / earlier_release.RELEASE
    kept = {file.relative_to(folder).as_posix() for file in folder.rglob("*.txt")}
    assert kept
    for path in kept:
        assert earlier_release.text_of(path) != shipped(path), path


def test_a_template_that_nobody_uses(cli: Callable) -> None:
    ran = cli("templates", "--diff", "en/patron/arived.txt")
    assert (ran.code, ran.out) == (1, "")
    assert ARRIVED in ran.err


# a machine's template against a real request


def test_an_order_as_a_request_would_make_it(cli: Callable, placed: Callable, folder: Path) -> None:
    placed("A Book of Ours")
    shown = cli("preview", "artemail/order.txt", "--request", "B1").out
    assert shown.startswith("Subject: ")
    assert "\n99-0001\n" in shown and "\nTXB1-1 S LOAN\nA Book of Ours\n" in shown
    assert "Zq7Pass9" not in shown
    assert "TXB1-1 CANCEL" in cli("preview", "artemail/cancel.txt", "--request", "B1").out
    assert list(folder.glob("out/*")) == []


def test_what_a_draft_would_lose_is_named(cli: Callable, placed: Callable, folder: Path) -> None:
    """By the guard that would hold the order."""
    placed("A Book of Ours")
    text = (shipped_folder() / "artemail/order.txt").read_text(encoding="utf-8")
    (folder / "draft.txt").write_text(text.replace("{{ number }}", "{{ number }}9"))
    ran = cli("preview", "artemail/order.txt", "--request", "B1", "--file", "draft.txt")
    assert (ran.code, ran.out) == (1, "")
    assert "would be held, and not sent" in ran.err and "number" in ran.err


def test_what_only_another_message_would_lose_is_named_too(
    cli: Callable, placed: Callable, folder: Path
) -> None:
    """This request has no cancellation yet: the example has no remark that could get lost."""
    placed("A Book of Ours")
    (folder / "draft.txt").write_text("TX{{ number }} {{ keyword }}\n")
    ran = cli("preview", "artemail/cancel.txt", "--request", "B1", "--file", "draft.txt")
    assert (ran.code, ran.out) == (1, "")
    assert "The reader has it now" in ran.err


def test_a_template_that_this_request_does_not_use(cli: Callable, placed: Callable) -> None:
    placed("A Book of Ours")
    ran = cli("preview", "artemail/plain.txt", "--request", "B1")
    assert ran.code == 1
    assert "UK-BL" in ran.err and "artemail/plain.txt" in ran.err


def test_the_lenders_report(cli: Callable, lent: str) -> None:
    assert "\nC77   NOT\n" in cli("preview", "artemail/report.txt", "--request", lent).out


# a site's text for a machine is tried before any order is


SPOILT = {  # template: what is changed, into what, and what is said of it
    "no number": ("order", "{{ number }}", "", "ref.number",
                  "'TX S SED99', and 'TXLIB-B1-1 S SED99' was meant"),
    "no words": ("order", '{{ keywords | join(" ") }}', "", "keywords", "'TXLIB-B1-1 S SED99' was meant"),
    "no citation": ("order", "{{ line }}\n", "\n", "item.lines",
                    "line 10: item.lines: 'Journal of Imaginary Hydrology' is missing"),
    "a line after it": ("order", "{% endif %}\n", "{% endif %}\nKind regards\n", "text",
                        "line 15: text: line 8 of the order is 'Kind regards', and nothing more was meant"),
    "no announcement": ("order", ":DELIVER ABOVE ITEM TO:\n", "", "delivery.electronic",
                        "':DELIVER ABOVE ITEM TO:' is missing before 'reader.one@library.example'"),
    "one blank line less": ("order", "\n\n\n\n\n", "\n\n\n\n", "text", "line"),
    "no end": ("file", "NNNN\n", "", "frame", "NNNN"),
    "only one order": ("file", "in orders %}", "in orders[:1] %}", "orders", "3 orders"),
    "no word": ("cancel", "{{ keyword }}", "", "keywords", "'TXLIB-B1-1 CANCEL' was meant"),
    "no replies": ("report", "{{ line }}", "", "text", "2 replies were meant"),
    "no date": ("report", "{{ date }}", "", "date", "the date 05-08-2026 does not stand above the replies"),
    "an order below the replies": ("report", "{% endfor %}\n", "{% endfor %}\n\n\n\n\nTX99 CANCEL\n",
                                   "text", "'TX99 CANCEL' could be taken for an order"),
    "an order below the receipt": ("receipt", "{% endfor %}\n", "{% endfor %}\nTX99 CANCEL\n",
                                   "", "'TX99 CANCEL' could be taken for an order"),
    "no remark": ("cancel", "{{ line }}\n", "", "note", "'The reader has it now"),
    "no remark in a renewal": ("renew", "{{ line }}\n", "", "note", "'The reader has it now"),
    "no remark in a chaser": ("chase", "{{ line }}\n", "", "note", "'The reader has it now"),
    "half of a remark": ("cancel", "in lines %}", "in lines[:1] %}", "note", "is missing"),
    "no count": ("receipt", "{{ orders }}", "", "", "receipt.txt"),
    "no account": ("plain", "{{ customer_code }}", "", "text", "account"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT)
def test_what_a_text_would_lose_is_known_before_any_order(cli: Callable, folder: Path, case: str) -> None:
    name, old, new, field, says = SPOILT[case]
    path = f"artemail/{name}.txt"
    text = (shipped_folder() / path).read_text(encoding="utf-8")
    assert old in text
    site = folder / "site" / path
    site.parent.mkdir(parents=True)
    site.write_text(text.replace(old, new), encoding="utf-8")
    broken = [one for one in cli("templates", "--json").json if one["problem"]]
    assert [(one["path"], one["problem"]["field"]) for one in broken] == [(path, field)]
    refused = cli("preview", path)
    assert refused.code == 1 and says in refused.err and str(site) in refused.err
    checked = cli("check")
    assert checked.code == 1 and says in checked.out
    draft = folder / "draft.txt"
    draft.write_text(site.read_text())
    site.write_text(text)
    assert not [one for one in cli("templates", "--json").json if one["problem"]]
    assert "WRONG" not in cli("check").out
    assert says in cli("preview", path, "--file", str(draft)).err


# a broken text


TWO_FAULTS = "Subject: x\n\n{{ request.titel }} {{ patron.nam }}\n{{ gone }}\n"


@pytest.fixture
def broken(folder: Path) -> Path:
    file = folder / "site" / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text(TWO_FAULTS)
    return file


def test_each_fault_is_a_line_of_its_own(cli: Callable, broken: Path) -> None:
    said = cli("preview", ARRIVED)
    assert said.code == 1
    lines = said.err.splitlines()
    assert [line.partition(";")[0] for line in lines] == [
        f"{broken}, line 3: there is no request.titel",
        f"{broken}, line 3: there is no patron.nam",
        f"{broken}, line 4: there is no gone",
    ]
    assert [line.strip() for line in cli("templates").out.splitlines()[-3:]] == lines
    wrong = [line for line in cli("check").out.splitlines() if line.startswith("WRONG")]
    assert wrong == [f"WRONG template {ARRIVED}: {line}" for line in lines]


def test_templates_ends_with_1_while_one_is_broken(cli: Callable, broken: Path) -> None:
    for wanted in (["templates"], ["templates", "--json"]):
        assert cli(*wanted).code == 1
    told = {one["path"]: one for one in cli("templates", "--json").json}
    assert [one["field"] for one in told[ARRIVED]["problems"]] == ["request.titel", "patron.nam", "gone"]
    assert told[ARRIVED]["problem"] == told[ARRIVED]["problems"][0]
    assert told["de/patron/arrived.txt"]["problem"] is None
    broken.unlink()
    assert cli("templates").code == 0


@pytest.mark.parametrize("draft", [(), ("--file", "draft.txt")])
def test_a_text_that_no_letter_uses_is_named(
    cli: Callable, placed: Callable, folder: Path, draft: tuple[str, ...]
) -> None:
    placed()
    (folder / "draft.txt").write_text("Your item is here.\n")
    ran = cli("preview", "en/patron/misspelt.txt", "--request", "B1", *draft)
    assert ran.code == 1
    assert "no letter uses a template en/patron/misspelt.txt" in ran.err


def test_a_preview_shows_every_form_of_a_letter(cli: Callable) -> None:
    shown = cli("preview", ARRIVED).out
    for word in (
        "=== a loan at the desk ===",
        "=== a copy sent as a file ===",
        "wants it back",
        "Dear reader",
    ):
        assert word in shown
    told = cli("preview", ARRIVED, "--json").json
    assert told["text"] == told["examples"][0]["text"]
    assert [one["when"] for one in told["examples"]][:1] == ["a loan at the desk"]


def test_a_text_that_preview_showed_is_the_last_good_one(cli: Callable, folder: Path) -> None:
    """A draft is not: it may never be used."""
    good, draft = "Subject: ours\n\nIt is here.\n", folder / "draft.txt"
    draft.write_text(good)
    file = folder / "site" / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text(TWO_FAULTS)
    assert cli("preview", ARRIVED, "--file", str(draft)).code == 0
    assert _kept(folder) == []
    file.write_text(good)
    assert cli("preview", ARRIVED).code == 0
    assert _kept(folder) == [(ARRIVED, good)]
    file.write_text(TWO_FAULTS)
    assert cli("preview", ARRIVED).code == 1
    assert _kept(folder) == [(ARRIVED, good)]
    assert "Broken texts (1)" in cli("digest").out


def _kept(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "var" / "mailproc.db")) as store:
        return store.execute("SELECT path, text FROM template_good").fetchall()
