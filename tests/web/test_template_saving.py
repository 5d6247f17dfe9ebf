"""Texts are saved whole, by whom it may be, in their folder alone; a kill makes no lie of it."""

import errno
import os
import signal
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from mailproc.app import beginning
from mailproc.config import Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.templates import site_file
from mailproc.templating import earlier_release
from mailproc.templating.folders import shipped_folder
from mailproc.web import site as site_pages
from tests.web.browser import Browser
from tests.web.template_pages import ARRIVED, OURS, PAGE, SHIPPED, alerts, preview, save, seen, typed

EARLIER = earlier_release._FOLDER


@pytest.mark.parametrize(
    "name",
    [
        "..", "../../etc/passwd", "%2e%2e", "..%2f..%2fetc%2fpasswd", "en%2fpatron%2farrived", ".", "...",
        "en.patron.arrived.txt", "en.patron", "en.patron.nothing", "EN.patron.arrived",
        "en.patron.arrived%00", "README", "%ff", "x" * 3000, "config",
        "..en.patron.arrived", "fr.patron.arrived",
    ],
)  # fmt: skip
def test_only_known_texts_are_opened(keeper, house, site_folder, name):
    outside = site_folder.parent / "secret.txt"
    outside.write_text("Subject: secret\n\nnothing for you\n")
    before = sorted(str(one) for one in site_folder.parent.rglob("*"))
    page = keeper.get(f"/templates/{name}")
    assert "nothing for you" not in page.text
    assert page.status == 404 or urlsplit(page.url).path in ("", "/", "/templates"), page.url
    for act in ("save", "preview", "revert"):
        said = {"text": OURS, "seen": "shipped", "number": ""}
        assert keeper.post(f"/templates/{name}/{act}", said).status in (403, 404, 405, 422)
    assert sorted(str(one) for one in site_folder.parent.rglob("*")) == before
    assert house.rows("template_version") == []


@pytest.mark.parametrize("place", ["en/patron/arrived.txt", "en/patron", "en"])
def test_a_link_out_of_the_folder_is_not_followed(keeper, site_folder, tmp_path, place):
    outside = tmp_path / "outside"
    target = outside / ARRIVED.removeprefix(place).lstrip("/")
    if place == ARRIVED:
        outside.mkdir()
        target = outside / "theirs.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("Subject: x\n\nnothing for you\n")
    link = site_folder / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target if place == ARRIVED else outside)
    before = sorted(str(one) for one in outside.rglob("*"))
    page = keeper.get(PAGE)
    assert page.status == 200 and "links are not followed" in page.words
    assert "nothing for you" not in page.text
    said = {"text": OURS, "seen": "shipped", "note": ""}
    for _ in range(2):
        answer = keeper.post(f"{PAGE}/save", said)
        assert answer.status == 422 and "nothing for you" not in answer.text
        keeper.post(f"{PAGE}/revert", {"seen": "shipped"})
    assert target.read_text() == "Subject: x\n\nnothing for you\n"
    assert sorted(str(one) for one in outside.rglob("*")) == before


def test_no_folder_is_made_beyond_a_link(keeper, site_folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    site_folder.mkdir(parents=True)
    (site_folder / "en").symlink_to(outside)
    save(keeper, OURS)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("login", ["guest", "rau"])
def test_who_does_not_keep_the_texts_may_look_and_preview(opened, house, site_folder, login):
    browser = opened()
    browser.log_in(login)
    house.place(title="On Letters")
    page = browser.get(PAGE)
    assert typed(page) == SHIPPED and not page.tree.xpath("//button[contains(@formaction, '/save')]")
    shown = preview(browser, "Subject: mine\n\n{{ request.nothing }}\n", number="B1")
    assert shown.status == 200 and typed(shown) == SHIPPED, "the text in use is shown, not what was sent"
    for act, said in (("save", {"text": OURS, "seen": "shipped"}), ("revert", {"seen": "shipped"})):
        refused = browser.post(f"{PAGE}/{act}", said)
        assert refused.status == 422 and "role keep" in alerts(refused)
    assert not (site_folder / ARRIVED).exists() and house.rows("template_version") == []


def test_two_who_edit_the_same_text(opened, site_folder):
    first, second = opened(), opened()
    first.log_in("head"), second.log_in("head")
    mark = seen(second.get(PAGE))
    theirs = OURS.replace("waits", "lies")
    assert save(first, theirs).status == 200
    page = second.post(f"{PAGE}/save", {"text": OURS, "seen": mark, "note": "mine"})
    assert page.status == 409 and "Somebody has changed this text" in alerts(page)
    assert typed(page) == OURS
    assert theirs in page.tree.xpath("string(//pre[@aria-label='The text as it is now'])")
    changed = page.tree.xpath("string(//pre[contains(@aria-label, 'your draft changes')])")
    assert (
        "-{{ request.title }} lies for you." in changed and "+{{ request.title }} waits for you." in changed
    )
    assert (site_folder / ARRIVED).read_text() == theirs
    again = second.post(f"{PAGE}/save", {"text": OURS, "seen": seen(page), "note": "mine"})
    assert again.status == 200 and (site_folder / ARRIVED).read_text() == OURS
    numbers = [one.rpartition("/")[2] for one in again.tree.xpath("//ol[@class='history']//a/@href")]
    assert len(numbers) == 2
    assert theirs in second.get(f"{PAGE}/versions/{numbers[1]}").tree.xpath("string(//pre[last()])")


def test_the_same_text_saved_twice_is_one_version(keeper, house):
    mark = seen(keeper.get(PAGE))
    for _ in range(2):
        assert keeper.post(f"{PAGE}/save", {"text": OURS, "seen": mark}).status == 200
    assert len(house.rows("template_version")) == 1


def test_many_save_at_once_and_each_text_is_told_of(pages, house, site_folder):
    from mailproc.errors import TryLater
    from mailproc.office.desk.template_desk import TemplateDesk
    from mailproc.office.staff.people import StaffPerson, StaffRole
    from mailproc.office.templates.saving import TextOvertaken

    desk = TemplateDesk(house.app.store, house.app.context)
    head = StaffPerson("head", "M. head", StaffRole.KEEP)
    texts = [OURS.replace("waits", f"waits {number}") for number in range(12)]

    def one(text: str) -> str:
        while True:
            try:
                return desk.save(head, "en.patron.arrived", text, "shipped", "")
            except TextOvertaken:
                return "overtaken"
            except TryLater:
                continue

    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(one, texts))
    assert said.count("overtaken") == 11
    winner = texts[next(at for at, word in enumerate(said) if word != "overtaken")]
    assert (site_folder / ARRIVED).read_text() == winner
    (row,) = house.rows("template_version")
    assert (row["text"], row["state"], row["login"]) == (winner, "done", "head")
    assert [one.name for one in (site_folder / ARRIVED).parent.iterdir()] == ["arrived.txt"], (
        "no unfinished file"
    )


SAVING = """
import os, signal, sys
from pathlib import Path
from mailproc.app.build import build
from mailproc.office.desk.template_desk import TemplateDesk
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.templates import site_file
from mailproc.store import template_versions

def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

whole = site_file._replace

def half(*args):
    os.replace = dies
    whole(*args)

where, text = sys.argv[2:]
{"row": lambda: setattr(site_file, "_replace", dies), "file": lambda: setattr(site_file, "_replace", half),
 "both": lambda: setattr(template_versions, "settle", dies)}[where]()
app = build(Path(sys.argv[1]))
head = StaffPerson("head", "M. head", StaffRole.KEEP)
TemplateDesk(app.store, app.context).save(head, "en.patron.arrived", text, "shipped", "new")
"""


@pytest.mark.parametrize(
    ("where", "is_saved"), [("row", False), ("file", False), ("both", True)], ids=["before", "in", "after"]
)
def test_a_kill_while_it_is_saved_leaves_no_lie(keeper, house, site_folder, python, where, is_saved):
    config = str(house.app.config.file)
    ran = subprocess.run([python, "-c", SAVING, config, where, OURS], check=False, capture_output=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    (row,) = house.rows("template_version")
    assert row["state"] == "begun"
    page = keeper.get(PAGE)
    assert typed(page) == (OURS if is_saved else SHIPPED)
    assert ("yours since" in page.words) is is_saved
    assert ("was never in use" in page.words) is not is_saved
    assert ("in use" in page.words.partition("Versions")[2].replace("never in use", "")) is is_saved
    assert "unfinished" not in keeper.get("/templates").words
    beginning.recover(house.app)
    assert [one["state"] for one in house.rows("template_version")] == ["done" if is_saved else "lost"]
    other = OURS.replace("waits", "lies")
    assert save(keeper, other).status == 200
    states = [one["state"] for one in house.rows("template_version")]
    assert states == ["done" if is_saved else "lost", "done"]
    assert typed(keeper.get(PAGE)) == other


def test_a_change_by_hand_is_a_version_and_is_not_lost(keeper, house, site_folder):
    file = site_folder / ARRIVED
    file.parent.mkdir(parents=True)
    by_hand = OURS.replace("waits", "is here by hand")
    file.write_text(by_hand)
    page = keeper.get(PAGE)
    assert typed(page) == by_hand and "(by hand)" in page.words and "in use" in page.words
    assert "by hand" in keeper.get("/templates").words
    assert house.rows("template_version") == [], "looking changes nothing"
    save(keeper, OURS)
    assert [(one["login"], one["text"]) for one in house.rows("template_version")] == [
        ("", by_hand),
        ("head", OURS),
    ]
    file.unlink()
    assert "back to the shipped text" in keeper.get(PAGE).words
    assert typed(keeper.get(PAGE)) == SHIPPED


def test_back_to_a_version_and_to_the_shipped_text(keeper, house, site_folder):
    other = OURS.replace("waits", "lies")
    save(keeper, OURS), save(keeper, other)
    page = keeper.get(PAGE)
    (form,) = (one for one in page.forms(f"{PAGE}/revert") if one.get("version"))
    assert (site_folder / ARRIVED).read_text() == other
    page = keeper.post(f"{PAGE}/revert", form)
    assert page.status == 200 and (site_folder / ARRIVED).read_text() == OURS and "as on" in page.words
    page = keeper.post(f"{PAGE}/revert", {"seen": seen(page)})
    assert page.status == 200 and not (site_folder / ARRIVED).exists() and typed(page) == SHIPPED
    assert (
        "shipped" in page.words and [one["state"] for one in house.rows("template_version")] == ["done"] * 4
    )
    assert keeper.post(f"{PAGE}/revert", form).status == 409, "on a page that is out of date"


def test_a_version_of_another_text_is_none_of_this(keeper, house):
    save(keeper, OURS)
    (row,) = house.rows("template_version")
    other = "/templates/en.patron.overdue"
    assert keeper.get(f"{other}/versions/{row['id']}").status == 404
    said = {"version": str(row["id"]), "seen": seen(keeper.get(other))}
    assert keeper.post(f"{other}/revert", said).status == 422
    for number in ("0", "99", "-1", "x", "9" * 30, "1; DROP"):
        assert keeper.get(f"{PAGE}/versions/{number}").status == 404


def test_a_version_that_does_not_pass_any_more_is_not_gone_back_to(keeper, house, site_folder):
    file = site_folder / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text("Subject: x\n\n{{ gone }}\n")
    save(keeper, OURS)
    page = keeper.get(PAGE)
    (form,) = (one for one in page.forms(f"{PAGE}/revert") if one.get("version"))
    answer = keeper.post(f"{PAGE}/revert", form)
    assert answer.status == 422 and "there is no gone" in alerts(answer)
    assert file.read_text() == OURS


def test_the_file_keeps_its_rights(keeper, site_folder):
    file = site_folder / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text("Subject: x\n\nhere\n")
    file.chmod(0o640)
    save(keeper, OURS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640 and file.read_text() == OURS


def test_a_folder_that_cannot_be_written_is_said_and_the_draft_kept(keeper, house, site_folder, monkeypatch):
    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuses)
        page = save(keeper, OURS)
    assert page.status == 422 and "Read-only file system. Nothing has changed." in alerts(page)
    assert "docs/desk.md" in alerts(page) and typed(page) == OURS
    assert not list(site_folder.rglob("*.*")), "nothing unfinished stays"
    assert [one["state"] for one in house.rows("template_version")] == ["lost"]
    assert "was never in use" in keeper.get(PAGE).words


def test_a_text_that_is_in_use_is_never_called_unsaved(keeper, house, site_folder, monkeypatch, caplog):
    """The disk fails once the file stands in its place."""
    real, is_in_use = os.fsync, (site_folder / ARRIVED).exists

    def fails(number: int) -> None:
        if is_in_use():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(number)

    with monkeypatch.context() as patched:
        patched.setattr(site_file.os, "fsync", fails)
        assert save(keeper, OURS).status == 200
    assert typed(keeper.get(PAGE)) == OURS
    assert [one["state"] for one in house.rows("template_version")] == ["done"]
    assert "may be lost if the power fails" in caplog.text


def test_the_shipped_texts_are_never_written_over(keeper, house, monkeypatch):
    templates = house.app.config.templates.model_copy(update={"site": str(shipped_folder())})
    config = house.app.config.model_copy(update={"templates": templates})
    context = replace(house.app.context, config=config)
    browser = Browser(site_pages.application(StaffDesk(house.app.store, context), Web(enabled=True)))
    browser.log_in("head")
    page = browser.post(f"{PAGE}/save", {"text": OURS, "seen": seen(browser.get(PAGE))})
    browser.close()
    assert page.status == 422
    assert (shipped_folder() / ARRIVED).read_text(encoding="utf-8") == SHIPPED
