"""The pages of the texts: what is saved holds, nothing typed is lost, and no page opens what it must not."""

import errno
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mailproc.config import Web
from mailproc.notices import last_good
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.templating import earlier_release
from mailproc.templating.folders import shipped_folder
from mailproc.web import site as site_pages
from tests.support.world import World
from tests.web.browser import PASSWORD, Browser, PageShown

EARLIER = earlier_release._FOLDER
ARRIVED = "en/patron/arrived.txt"
PAGE = "/templates/en.patron.arrived"
SHIPPED = (shipped_folder() / ARRIVED).read_text(encoding="utf-8")
OURS = "Subject: It is here\n\nDear {{ patron.name or 'reader' }},\n{{ request.title }} waits for you.\n"


@pytest.fixture
def keeper(opened: Callable[..., Browser]) -> Browser:
    one = opened()
    one.log_in("head")
    return one


@pytest.fixture
def site(house: World) -> Path:
    config = house.app.config
    return config.file.parent / config.templates.site


def typed(page: PageShown) -> str:
    return page.tree.xpath("string(//textarea[@id='text'])").removeprefix("\n")


def alerts(page: PageShown) -> str:
    return " ".join(" ".join(one.text_content().split()) for one in page.tree.xpath("//*[@role='alert']"))


def seen(page: PageShown) -> str:
    return page.tree.xpath("string(//form[@class='editor']//input[@name='seen']/@value)")


def save(browser: Browser, text: str, path: str = PAGE, **more: str) -> PageShown:
    said = {"text": text, "seen": seen(browser.get(path)), "note": "", "number": ""} | more
    return browser.post(f"{path}/save", said)


def preview(browser: Browser, text: str, path: str = PAGE, number: str = "") -> PageShown:
    return browser.post(f"{path}/preview", {"text": text, "number": number, "seen": seen(browser.get(path))})


def test_a_text_is_changed_and_the_next_letter_goes_out_by_it(keeper, house, site):
    assert "All texts are as shipped." in keeper.get("/templates").words
    assert typed(keeper.get(PAGE)) == SHIPPED
    page = save(keeper, OURS, note="shorter")
    assert page.status == 200 and page.url.endswith(PAGE) and "Saved." in page.words
    assert (site / ARRIVED).read_text() == OURS and typed(page) == OURS
    assert "yours since" in page.words and "M. head" in page.words and "shorter" in page.words
    assert "M. head" in keeper.get("/templates").words
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.run()
    assert any("On Letters waits for you." in one.text for one in house.sent)


def test_a_text_that_does_not_pass_is_not_saved_and_the_line_is_named(keeper, site):
    bad = OURS.replace("request.title", "request.titel")
    page = save(keeper, bad)
    assert page.status == 422
    assert "Line 4: there is no request.titel; did you mean request.title?" in alerts(page)
    assert typed(page) == bad and not (site / ARRIVED).exists()
    assert typed(keeper.get(PAGE)) == bad, "the draft is kept"


def test_a_preview_of_a_real_request(keeper, house):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    before = len(house.sent)
    page = preview(keeper, OURS, number="B1")
    assert page.status == 200 and "As B1 would get it now" in page.words
    assert "It is here" in page.words and "On Letters waits for you." in page.words
    house.run()
    assert len(house.sent) == before and house.rows("template_version") == []


def test_what_a_system_would_lose_is_refused_with_its_order(keeper, house, site):
    house.place(title="A Book of Ours")
    house.run()
    path = "/templates/artemail.order"
    shipped = typed(keeper.get(path))
    page = preview(keeper, shipped.replace("{{ line }}\n", "\n"), path)
    assert "item.lines: 'Journal of Imaginary Hydrology' is missing" in alerts(page)
    assert save(keeper, shipped.replace("{{ number }}", "{{ number }}9"), path).status == 422
    assert not site.exists() or not list(site.rglob("*.txt"))
    good = preview(keeper, shipped, path)
    assert "1 of 1 are fine" in good.words and "TXB1-1 S LOAN" in good.words
    assert good.tree.xpath("string(//dt[text()='To']/following-sibling::dd)").strip() == "orders@bl.example"


def test_a_request_that_would_lose_something_is_named(keeper, house, site):
    """No sample of the contract has this title: it is found on the request itself."""
    for title in ("One", "Iron Bridges", "Three"):
        house.place(title=title)
    house.run()
    path = "/templates/artemail.order"
    shipped = typed(keeper.get(path))
    draft = shipped.replace("for line in lines %}", "for line in lines if line != 'Iron Bridges' %}")
    assert draft != shipped
    for page in (preview(keeper, draft, path), save(keeper, draft, path)):
        assert "B2: " in alerts(page) and "would be held, and not sent" in alerts(page)
        assert "B1" not in alerts(page)
    assert "2 of 3 are fine" in preview(keeper, draft, path).words
    assert page.status == 422 and not site.exists()


def test_a_fault_that_the_text_in_use_has_too_does_not_forbid_to_save(keeper, house, site):
    house.place(title="Iron Bridges")
    house.run()
    path, file = "/templates/artemail.order", site / "artemail/order.txt"
    shipped = typed(keeper.get(path))
    file.parent.mkdir(parents=True)
    file.write_text(shipped.replace("for line in lines %}", "for line in lines if line != 'Iron Bridges' %}"))
    draft = file.read_text().replace("{% for", "{# a remark #}{% for")
    page = preview(keeper, draft, path)
    assert "B1 gets no letter from the text in use either." in page.words
    assert save(keeper, draft, path).status == 200 and file.read_text() == draft


@pytest.mark.parametrize(
    "name",
    [
        "..", "../../etc/passwd", "%2e%2e", "..%2f..%2fetc%2fpasswd", "en%2fpatron%2farrived", "en.patron.arrived.txt",
        "en.patron", "en.patron.nothing", "EN.patron.arrived", "en.patron.arrived%00", ".", "...", "README", "%ff",
        "x" * 3000, "config", "..en.patron.arrived", "fr.patron.arrived",
    ],
)  # fmt: skip
def test_only_known_texts_are_opened(keeper, house, site, name):
    outside = site.parent / "secret.txt"
    outside.write_text("Subject: secret\n\nnothing for you\n")
    before = sorted(str(one) for one in site.parent.rglob("*"))
    page = keeper.get(f"/templates/{name}")
    assert "nothing for you" not in page.text
    assert page.status == 404 or urlsplit(page.url).path in ("", "/", "/templates"), page.url
    for act in ("save", "preview", "revert"):
        said = {"text": OURS, "seen": "shipped", "number": ""}
        assert keeper.post(f"/templates/{name}/{act}", said).status in (403, 404, 405, 422)
    assert sorted(str(one) for one in site.parent.rglob("*")) == before
    assert house.rows("template_version") == []


@pytest.mark.parametrize("place", ["en/patron/arrived.txt", "en/patron", "en"])
def test_a_link_out_of_the_folder_is_not_followed(keeper, site, tmp_path, place):
    outside = tmp_path / "outside"
    target = outside / ARRIVED.removeprefix(place).lstrip("/")
    if place == ARRIVED:
        outside.mkdir()
        target = outside / "theirs.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("Subject: x\n\nnothing for you\n")
    link = site / place
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


def test_no_folder_is_made_beyond_a_link(keeper, site, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    site.mkdir(parents=True)
    (site / "en").symlink_to(outside)
    save(keeper, OURS)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("login", ["guest", "rau"])
def test_who_does_not_keep_the_texts_may_look_and_preview(opened, house, site, login):
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
    assert not (site / ARRIVED).exists() and house.rows("template_version") == []


def test_two_who_edit_the_same_text(opened, site):
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
    assert (site / ARRIVED).read_text() == theirs
    again = second.post(f"{PAGE}/save", {"text": OURS, "seen": seen(page), "note": "mine"})
    assert again.status == 200 and (site / ARRIVED).read_text() == OURS
    numbers = [one.rpartition("/")[2] for one in again.tree.xpath("//ol[@class='history']//a/@href")]
    assert len(numbers) == 2
    assert theirs in second.get(f"{PAGE}/versions/{numbers[1]}").tree.xpath("string(//pre[last()])")


def test_the_same_text_saved_twice_is_one_version(keeper, house):
    mark = seen(keeper.get(PAGE))
    for _ in range(2):
        assert keeper.post(f"{PAGE}/save", {"text": OURS, "seen": mark}).status == 200
    assert len(house.rows("template_version")) == 1


def test_many_save_at_once_and_each_text_is_told_of(pages, house, site):
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
    assert (site / ARRIVED).read_text() == winner
    (row,) = house.rows("template_version")
    assert (row["text"], row["state"], row["login"]) == (winner, "done", "head")
    assert [one.name for one in (site / ARRIVED).parent.iterdir()] == ["arrived.txt"], "no unfinished file"


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
def test_a_kill_while_it_is_saved_leaves_no_lie(keeper, house, site, python, where, is_saved):
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
    other = OURS.replace("waits", "lies")
    assert save(keeper, other).status == 200
    states = [one["state"] for one in house.rows("template_version")]
    assert states == ["done" if is_saved else "lost", "done"]
    assert typed(keeper.get(PAGE)) == other


def test_a_change_by_hand_is_a_version_and_is_not_lost(keeper, house, site):
    file = site / ARRIVED
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


def test_back_to_a_version_and_to_the_shipped_text(keeper, house, site):
    other = OURS.replace("waits", "lies")
    save(keeper, OURS), save(keeper, other)
    page = keeper.get(PAGE)
    (form,) = (one for one in page.forms(f"{PAGE}/revert") if one.get("version"))
    assert (site / ARRIVED).read_text() == other
    page = keeper.post(f"{PAGE}/revert", form)
    assert page.status == 200 and (site / ARRIVED).read_text() == OURS and "as on" in page.words
    page = keeper.post(f"{PAGE}/revert", {"seen": seen(page)})
    assert page.status == 200 and not (site / ARRIVED).exists() and typed(page) == SHIPPED
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


def test_a_version_that_does_not_pass_any_more_is_not_gone_back_to(keeper, house, site):
    file = site / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text("Subject: x\n\n{{ gone }}\n")
    save(keeper, OURS)
    page = keeper.get(PAGE)
    (form,) = (one for one in page.forms(f"{PAGE}/revert") if one.get("version"))
    answer = keeper.post(f"{PAGE}/revert", form)
    assert answer.status == 422 and "there is no gone" in alerts(answer)
    assert file.read_text() == OURS


def test_the_file_keeps_its_rights(keeper, site):
    file = site / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text("Subject: x\n\nhere\n")
    file.chmod(0o640)
    save(keeper, OURS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640 and file.read_text() == OURS


def test_a_folder_that_cannot_be_written_is_said_and_the_draft_kept(keeper, house, site, monkeypatch):
    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuses)
        page = save(keeper, OURS)
    assert page.status == 422 and "Read-only file system. Nothing has changed." in alerts(page)
    assert "docs/desk.md" in alerts(page) and typed(page) == OURS
    assert not list(site.rglob("*.*")), "nothing unfinished stays"
    assert [one["state"] for one in house.rows("template_version")] == ["lost"]
    assert "was never in use" in keeper.get(PAGE).words


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


LOOPS = "".join(f"{{% for {name} in conditions %}}" for name in "abc")
ENDS = "{% endfor %}" * 3
HOSTILE_TEXTS = {
    "silent loops": f"{LOOPS}{ENDS}" * 700,
    "filters in loops": LOOPS
    + "{% if conditions|sort|unique %}{% endif %}" * 400 + ENDS,
    "endless text": "{% for a in conditions %}{% for b in conditions %}{{ a }}" + "x" * 60_000
    + "{% endfor %}{% endfor %}",
    "python": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ self }} {{ config }} {{ lipsum() }} {{ range(9) }}",
    "other files": "{% include 'config.toml' %}{% import 'x' as y %}{% extends '/etc/passwd' %}",
    "the environment": "{{ patron.name.__init__.__globals__ }}",
    "other readers": "{{ patrons }} {{ patron.store }} {{ request.patron.email }}",
    "deep": "{% if conditions %}" * 2000,
    "a number": "{{ " + "9" * 5000 + " }}",
    "too long": "x" * 70_000,
    "a header": "Bcc: everybody@evil.example\n\nhere\n",
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_TEXTS)
def test_a_hostile_text_ends_and_is_not_saved(keeper, house, site, case):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    text = (
        f"Subject: x\n{HOSTILE_TEXTS[case]}"
        if case == "a header"
        else f"Subject: x\n\nhere\n{HOSTILE_TEXTS[case]}"
    )
    begun = time.process_time()
    for answer in (preview(keeper, text, number="B1"), save(keeper, text)):
        assert answer.status in (200, 422) and alerts(answer), case
        assert not answer.tree.xpath("//pre[@aria-label='Preview']"), case
        assert not [word for word in secrets_of_partners() if word in answer.text]
    assert time.process_time() - begun < 30, "bounded, on a machine that is busy"
    assert not (site / ARRIVED).exists()


def secrets_of_partners() -> list[str]:
    from tests.support.partners import PASSWORD

    return list(PASSWORD.values())


def test_a_text_is_shown_as_text(keeper, house):
    hostile = "Subject: x\n\n</textarea><script>alert(1)</script><img src=x onerror=alert(1)>\n"
    page = preview(keeper, hostile)
    assert typed(page) == hostile
    assert not page.tree.xpath("//script | //img")
    assert "<script>alert(1)</script>" in page.words


@pytest.mark.parametrize(
    ("words", "says"),
    [("a \u202e turned line", "Line 4 holds an unseen character"), ("{secret}", "holds a secret")],
)
def test_what_a_browser_would_not_give_back_is_not_saved(keeper, site, words, says):
    text = OURS.replace("waits", words.format(secret=secrets_of_partners()[0]))
    page = save(keeper, text)
    assert page.status == 422 and says in alerts(page) and not (site / ARRIVED).exists()


def test_a_text_with_a_secret_is_shown_masked_and_is_not_edited(keeper, house, site):
    secret = secrets_of_partners()[0]
    file = site / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text(OURS.replace("waits", f"waits ({secret})"))
    for path in (PAGE, "/templates"):
        assert secret not in keeper.get(path).text
    page = preview(keeper, OURS)
    assert secret not in page.text and secret not in preview(keeper, OURS, number="B1").text
    assert secret not in keeper.post(f"{PAGE}/save", {"text": OURS, "seen": "shipped"}).text


def test_a_draft_outlives_the_session(opened, house, site):
    browser = opened()
    browser.log_in("head")
    bad = OURS.replace("request.title", "request.titel")
    assert save(browser, bad).status == 422
    browser.post("/logout", {})
    browser.log_in("head")
    page = browser.get(PAGE)
    assert typed(page) == bad and "This is your draft" in page.words
    other = opened()
    other.log_in("rau")
    assert "request.titel" not in other.get(PAGE).text, "it is nobody else's"
    page = browser.post(f"{PAGE}/discard", {})
    assert typed(page) == SHIPPED and "The draft is gone" in page.words


def test_a_form_that_came_without_a_session_is_there_after_the_login(opened, site):
    browser = opened()
    browser.log_in("head")
    long = OURS + "These words are many.\n" * 2500
    said = {"text": long, "seen": seen(browser.get(PAGE)), "note": "kept"}
    browser.post("/logout", {})
    page = browser.post(f"{PAGE}/save", said)
    assert page.status == 401
    hidden = {one.get("name"): one.get("value") for one in page.tree.xpath("//form//input[@type='hidden']")}
    page = browser.post("/login", hidden | {"login": "head", "password": PASSWORD})
    assert page.url.endswith(PAGE) and typed(page) == long
    assert page.tree.xpath("string(//input[@name='note']/@value)") == "kept"
    assert not (site / ARRIVED).exists()


def test_what_is_broken_stands_first_with_what_goes_out_meanwhile(keeper, house, site):
    for path, text in ((ARRIVED, "Subject: x\n\n{{ gone }}\n"), ("artemail/order.txt", "{{ gone }}\n")):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    (site / "en/patron/unknown.txt").write_text("x")
    page = keeper.get("/templates")
    first = page.tree.xpath("//section")[0]
    assert first.findtext("h2").strip() == "Broken"
    said = " ".join(first.text_content().split())
    assert "Line 3: there is no gone" in said
    assert "the shipped text goes out" in said and "sent by it is held" in said
    assert "en/patron/unknown.txt" in page.words
    with house.app.store.read() as connection:
        assert last_good.good(connection, ARRIVED) is None
    house.app.store.write(lambda c: last_good.remember(c, ARRIVED, OURS, house.now))
    assert "the last text that was in order goes out" in keeper.get("/templates").words


def test_a_shipped_text_that_has_changed_stands_beside_ours(keeper, house, site):
    path = next(iter(sorted((EARLIER).rglob("*.txt")))).relative_to(EARLIER).as_posix()
    (site / path).parent.mkdir(parents=True)
    (site / path).write_text((EARLIER / path).read_text(encoding="utf-8"), encoding="utf-8")
    assert "the shipped text has changed" in keeper.get("/templates").words
    page = keeper.get(f"/templates/{path.removesuffix('.txt').replace('/', '.')}")
    assert "What has changed in the shipped text since the release before" in page.words
    assert page.tree.xpath("//pre[@class='diff']//span[@class='new']")


def test_a_preview_of_a_number_that_is_not_there(keeper):
    page = preview(keeper, OURS, number="B99")
    assert page.status == 422 and "B99" in alerts(page) and typed(page) == OURS


def test_every_text_has_a_page_and_an_example(keeper):
    links = keeper.get("/templates").tree.xpath("//ul[@class='rows']//a/@href")
    assert len(links) > 30
    for link in links:
        page = keeper.get(link)
        assert page.status == 200, link
        shown = keeper.post(f"{link}/preview", {"text": typed(page), "seen": seen(page), "number": ""})
        assert shown.status == 200 and not alerts(shown), link
        assert shown.tree.xpath("//pre[@aria-label='Preview']"), link
