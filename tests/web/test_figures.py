"""Figures: the same numbers as picture, table and CSV, those of `stats`, made once in some minutes."""

import csv
import io
import threading

import pytest

from mailproc.errors import TryLater
from mailproc.office.desk import figure_desk
from mailproc.office.desk.figure_desk import FigureDesk
from mailproc.office.queries.statistics import Grouping, StatisticsFilter, statistics
from mailproc.office.wording import statistics_csv


@pytest.fixture
def counted(house):
    """Three loans asked for: one has come, one cannot be supplied, one is open; one lent."""
    for title in ("One", "Two", "Three"):
        house.place(title=title)
    house.hear("B1-1 SHIPPED LOAN", "B2-1 NOT*NUKL")
    house.act("B1", "receive")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.act("L1", "ship")
    return house


def table(page):
    return [[" ".join(cell.text_content().split()) for cell in row] for row in page.tree.xpath("//tbody/tr")]


def test_table_picture_and_csv_say_the_same(browser, counted):
    page = browser.get("/figures")
    rows = {(row[0], row[1]): row[2:] for row in table(page)}
    assert rows["2026-03", "we borrow"][0] == "3"
    filled, asked = rows["2026-03", "we borrow"][2], rows["2026-03", "we borrow"][0]
    (borrowed, *_) = page.tree.xpath("//figure")
    assert f"{filled} / {asked}" in " ".join(borrowed.text_content().split())
    (link,) = page.tree.xpath("//a[contains(@href, 'figures.csv')]/@href")
    answer = browser.get(link)
    assert answer.headers["content-type"].startswith("text/csv")
    (line, *_) = csv.DictReader(io.StringIO(browser.octets(link).decode()))
    assert (line["role"], line["group"], line["asked"], line["filled"]) == (
        "REQUESTER",
        "2026-03",
        asked,
        filled,
    )


@pytest.mark.parametrize("by", ["", *Grouping])
def test_each_grouping_has_the_numbers_of_the_command_line(browser, counted, by):
    page = browser.get(f"/figures?by={by}&from=&to=")
    assert page.status == 200 and table(page)
    wanted = StatisticsFilter(by=Grouping(by) if by else None)
    with counted.app.store.read() as connection:
        found = statistics(connection, counted.app.context, wanted)
    made = browser.octets(f"/figures/figures.csv?by={by}&from=&to=").decode()
    assert made == statistics_csv.written(found.groups)


def test_each_picture_has_words(browser, counted):
    page = browser.get("/figures")
    pictures = page.tree.xpath("//*[local-name()='svg']")
    assert len(pictures) == 2
    for one in pictures:
        assert one.get("role") == "img" and one.get("aria-labelledby")
        assert one.findtext("title") and one.findtext("desc")


def test_they_are_made_once_in_some_minutes_and_say_of_when(browser, counted, monkeypatch):
    asked = []
    real = figure_desk.statistics
    monkeypatch.setattr(figure_desk, "statistics", lambda *more: asked.append(1) or real(*more))
    first = browser.get("/figures")
    counted.place(title="Four")
    counted.later(minutes=4)
    again = browser.get("/figures")
    assert len(asked) == 1 and table(again) == table(first)
    assert "As of 09:00." in again.words or "As of 10:00." in again.words
    counted.later(minutes=2)
    page = browser.get("/figures")
    assert len(asked) == 2 and table(page) != table(first)


def test_who_waits_too_long_for_another_is_told(counted, monkeypatch):
    monkeypatch.setattr(figure_desk, "PATIENCE", 0.01)
    desk = FigureDesk(counted.app.store, counted.app.context)
    begun, go_on = threading.Event(), threading.Event()
    real = figure_desk.statistics

    def slow(*more):
        begun.set()
        assert go_on.wait(60)
        return real(*more)

    monkeypatch.setattr(figure_desk, "statistics", slow)
    other = threading.Thread(target=desk.page, args=({},))
    other.start()
    assert begun.wait(60)
    with pytest.raises(TryLater):
        desk.page({"by": "partner"})
    go_on.set()
    other.join(60)
    assert desk.page({}).tables[0].rows


@pytest.mark.parametrize(
    "query",
    ["by=nothing", "from=yesterday", "to=9999-12-31", "from=0001-01-01", "role=x",
     "by=partner&role=RESPONDER", "from=2030-01-01", "by=%3Cscript%3E", "from=2026-13-01&to=" + "9" * 900],
)  # fmt: skip
def test_whatever_stands_in_the_address(browser, counted, query):
    page = browser.get(f"/figures?{query}")
    assert page.status == 200 and not page.foreign_scripts()


def test_nothing_was_asked(browser):
    page = browser.get("/figures")
    assert page.status == 200 and "Nothing was asked in this time." in page.words
