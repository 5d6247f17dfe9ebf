"""The pages of the texts: what is saved holds, nothing typed is lost, and no page opens what it must not."""

import time
from itertools import count
from types import SimpleNamespace

import pytest

from mailproc.errors import TryLater
from mailproc.notices import last_good
from mailproc.office.templates import trial
from mailproc.templating import earlier_release, filter_work
from tests.support import short_form
from tests.web.browser import PASSWORD
from tests.web.template_pages import ARRIVED, OURS, PAGE, SHIPPED, alerts, preview, save, seen, typed

EARLIER = earlier_release._FOLDER


def test_a_text_is_changed_and_the_next_letter_goes_out_by_it(keeper, house, site_folder):
    assert "All texts are as shipped." in keeper.get("/templates").words
    assert typed(keeper.get(PAGE)) == SHIPPED
    page = save(keeper, OURS, note="shorter")
    assert page.status == 200 and page.url.endswith(PAGE) and "Saved." in page.words
    assert (site_folder / ARRIVED).read_text() == OURS and typed(page) == OURS
    assert "yours since" in page.words and "M. head" in page.words and "shorter" in page.words
    assert "M. head" in keeper.get("/templates").words
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.run()
    assert any("On Letters waits for you." in one.text for one in house.sent)


def test_a_text_that_does_not_pass_is_not_saved_and_the_line_is_named(keeper, site_folder):
    bad = OURS.replace("request.title", "request.titel")
    page = save(keeper, bad)
    assert page.status == 422
    assert "Line 4: there is no request.titel; did you mean request.title?" in alerts(page)
    assert typed(page) == bad and not (site_folder / ARRIVED).exists()
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


def test_what_takes_long_is_not_tried_while_it_is_typed(keeper, house, monkeypatch):
    """Two letters of it would take both turns of its person."""
    ticks = count()
    monkeypatch.setattr(filter_work, "time", SimpleNamespace(thread_time=lambda: next(ticks) / 1000))
    slow = OURS + "{{ request.title|upper|lower|upper }}\n" * 200
    said = {"text": slow, "number": "", "seen": "", "note": ""}
    page = keeper.post(f"{PAGE}/preview", said, headers={"Desk-Look": "1"})
    assert page.status == 200 and "takes too long to be tried" in page.words
    assert next(ticks) < 2 * 1000 * trial.TYPED_WORK, "it ended soon"
    assert "cannot be saved yet" not in preview(keeper, slow).words, "that is no fault of the text"


def test_what_is_typed_is_answered_with_its_preview_alone(keeper, house, opened):
    said = {"text": OURS.replace("request.title", "request.titel"), "number": "", "seen": "", "note": ""}
    look = {"Desk-Look": "1"}
    page = keeper.post(f"{PAGE}/preview", said, headers=look)
    assert page.status == 200 and "did you mean request.title?" in page.words
    assert not page.tree.xpath("//form | //textarea | //nav")
    assert typed(keeper.get(PAGE)) == said["text"], "the draft is kept, as with the button"
    assert (
        "no request B999"
        in keeper.post(f"{PAGE}/preview", said | {"text": OURS, "number": "B999"}, headers=look).words
    )
    with trial.typed_room.of("head"):
        assert keeper.post(f"{PAGE}/preview", said, headers=look).status == 503, "one of each person"
        assert preview(keeper, OURS).status == 200, "who presses the button waits for nobody who types"
        with trial.typed_room.of("other"), pytest.raises(TryLater), trial.typed_room.of("third"):
            pass
    with trial.room(), trial.room():
        assert keeper.post(f"{PAGE}/preview", said, headers=look).status == 200
    guest = opened()
    guest.log_in("guest")
    assert "titel" not in guest.post(f"{PAGE}/preview", said, headers=look).text, "who looks tries no text"


def test_what_a_system_would_lose_is_refused_with_its_order(keeper, house, site_folder):
    house.place(title="A Book of Ours")
    house.run()
    path = "/templates/artemail.order"
    shipped = typed(keeper.get(path))
    page = preview(keeper, shipped.replace("{{ line }}\n", "\n"), path)
    assert "item.lines: 'Journal of Imaginary Hydrology' is missing" in alerts(page)
    assert save(keeper, shipped.replace("{{ number }}", "{{ number }}9"), path).status == 422
    assert not site_folder.exists() or not list(site_folder.rglob("*.txt"))
    good = preview(keeper, shipped, path)
    assert "1 of 1 are fine" in good.words and "TXB1-1 S LOAN" in good.words
    assert good.tree.xpath("string(//dt[text()='To']/following-sibling::dd)").strip() == "orders@bl.example"


def test_a_request_that_would_lose_something_is_named(keeper, house, site_folder):
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
    assert page.status == 422 and not site_folder.exists()


def test_a_fault_that_the_text_in_use_has_too_does_not_forbid_to_save(keeper, house, site_folder):
    house.place(title="Iron Bridges")
    house.run()
    path, file = "/templates/artemail.order", site_folder / "artemail/order.txt"
    shipped = typed(keeper.get(path))
    file.parent.mkdir(parents=True)
    file.write_text(shipped.replace("for line in lines %}", "for line in lines if line != 'Iron Bridges' %}"))
    draft = file.read_text().replace("{% for", "{# a remark #}{% for")
    page = preview(keeper, draft, path)
    assert "B1 gets no letter from the text in use either." in page.words
    assert save(keeper, draft, path).status == 200 and file.read_text() == draft


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
def test_a_hostile_text_ends_and_is_not_saved(keeper, house, site_folder, case):
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
        assert not answer.tree.xpath("//section[@id='preview']//pre"), case
        assert not [word for word in secrets_of_partners() if word in answer.text]
    assert time.process_time() - begun < 30, "bounded, on a machine that is busy"
    assert not (site_folder / ARRIVED).exists()


def secrets_of_partners() -> list[str]:
    from tests.support.partners import PASSWORD

    return list(PASSWORD.values())


def test_a_text_is_shown_as_text(keeper, house):
    hostile = "Subject: x\n\n</textarea><script>alert(1)</script><img src=x onerror=alert(1)>\n"
    page = preview(keeper, hostile)
    assert typed(page) == hostile
    assert not page.tree.xpath("//main//script | //img")
    assert "<script>alert(1)</script>" in page.words


@pytest.mark.parametrize(
    ("words", "says"),
    [("a \u202e turned line", "Line 4 holds an unseen character"), ("{secret}", "holds a secret")],
)
def test_what_a_browser_would_not_give_back_is_not_saved(keeper, site_folder, words, says):
    text = OURS.replace("waits", words.format(secret=secrets_of_partners()[0]))
    page = save(keeper, text)
    assert page.status == 422 and says in alerts(page) and not (site_folder / ARRIVED).exists()


def test_a_text_with_a_secret_is_shown_masked_and_is_not_edited(keeper, house, site_folder):
    secret = secrets_of_partners()[0]
    file = site_folder / ARRIVED
    file.parent.mkdir(parents=True)
    file.write_text(OURS.replace("waits", f"waits ({secret})"))
    for path in (PAGE, "/templates"):
        assert secret not in keeper.get(path).text
    page = preview(keeper, OURS)
    assert secret not in page.text and secret not in preview(keeper, OURS, number="B1").text
    assert secret not in keeper.post(f"{PAGE}/save", {"text": OURS, "seen": "shipped"}).text


def test_a_draft_outlives_the_session(opened, house, site_folder):
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


def test_a_form_that_came_without_a_session_is_there_after_the_login(opened, site_folder):
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
    assert not (site_folder / ARRIVED).exists()


def test_what_is_broken_stands_first_with_what_goes_out_meanwhile(keeper, house, site_folder):
    for path, text in ((ARRIVED, "Subject: x\n\n{{ gone }}\n"), ("artemail/order.txt", "{{ gone }}\n")):
        (site_folder / path).parent.mkdir(parents=True, exist_ok=True)
        (site_folder / path).write_text(text)
    (site_folder / "en/patron/unknown.txt").write_text("x")
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
    assert PAGE in keeper.get("/").tree.xpath("//ul[@class='rows']//a/@href"), "to do leads there"


def test_a_shipped_text_that_has_changed_stands_beside_ours(keeper, house, site_folder):
    path = next(iter(sorted((EARLIER).rglob("*.txt")))).relative_to(EARLIER).as_posix()
    (site_folder / path).parent.mkdir(parents=True)
    (site_folder / path).write_text((EARLIER / path).read_text(encoding="utf-8"), encoding="utf-8")
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
    for link in links if short_form.everything() else links[::4]:
        page = keeper.get(link)
        assert page.status == 200, link
        shown = keeper.post(f"{link}/preview", {"text": typed(page), "seen": seen(page), "number": ""})
        assert shown.status == 200 and not alerts(shown), link
        assert shown.tree.xpath("//section[@id='preview']//pre"), link


def test_a_text_that_was_only_looked_at_is_no_draft(opened, house):
    """Else a colleague's change would seem to be overwritten by a draft that nobody has written."""
    first, second = opened(), opened()
    for one in (first, second):
        one.log_in("head")
    preview(first, SHIPPED)
    save(second, OURS)
    page = first.get(PAGE)
    assert typed(page) == OURS and "This is your draft" not in page.words


def test_a_crowd_of_previews_is_told_to_come_later_and_loses_nothing(keeper):
    with trial.room(), trial.room():
        for page in (preview(keeper, OURS), save(keeper, OURS)):
            assert page.status == 503 and "Not taken: nothing has changed." in alerts(page)
            assert typed(page) == OURS
    assert preview(keeper, OURS).status == 200


def test_the_check_of_real_requests_ends_in_time(keeper, house, monkeypatch):
    for title in ("One", "Two", "Three"):
        house.place(title=title)
    house.run()
    monkeypatch.setattr(trial, "SECONDS", -1.0)
    path = "/templates/artemail.order"
    page = preview(keeper, typed(keeper.get(path)), path)
    assert page.status == 200 and "3 more were not tried: it took too long." in page.words


def test_a_letter_is_tried_on_readers_of_its_language(keeper, house):
    for number, language in enumerate(("de", "en")):
        patron = {"id": f"R{number}", "name": f"Reader {language}", "email": f"{language}@library.example"}
        house.place(title=f"Book {language}", patron=patron | {"language": language})
    for number in (1, 2):
        house.hear(f"B{number}-1 SHIPPED LOAN")
        house.act(f"B{number}", "receive")
    house.run()
    for language in ("de", "en"):
        path = f"/templates/{language}.patron.arrived"
        page = preview(keeper, typed(keeper.get(path)), path)
        to = page.tree.xpath("string(//section[@id='preview']//dd)").strip()
        assert to == f"{language}@library.example" and "1 of 1 are fine" in page.words


def test_a_preview_says_what_the_service_will_say(keeper, house):
    """Word for word the letter that leaves next."""
    save(keeper, OURS)
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    page = preview(keeper, OURS, number="B1")
    shown = page.tree.xpath("string(//section[@id='preview']//pre)")
    house.act("B1", "receive")
    house.run()
    letter = next(one for one in house.sent if "It is here" in one.text)
    assert shown.strip() in letter.text
    assert letter.to == page.tree.xpath("string(//section[@id='preview']//dd)").strip()


def test_texts_in_other_languages_are_folded(keeper):
    page = keeper.get("/templates")
    folded = page.tree.xpath("//details//span[@class='code']/text()")
    shown = page.tree.xpath("//span[@class='code' and not(ancestor::details)]/text()")
    assert folded and all(str(one).startswith("de/") for one in folded), folded
    assert any(str(one).startswith("en/") for one in shown)
    assert not any(str(one).startswith("de/") for one in shown)
