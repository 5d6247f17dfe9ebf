"""How long something is kept: days, or months of the calendar."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config_age import Age
from mailproc.config_privacy import Privacy
from mailproc.errors import Misconfigured
from tests.support import configuration

LIBRARY = configuration.library("XX-TOWN", "ill@town.example", "Town Library")


def load(folder: Path, lines: str) -> Privacy:
    file = folder / "config.toml"
    file.write_text(LIBRARY + lines)
    return config_load.load(file, lambda _config: ()).privacy


@pytest.mark.parametrize(
    ("written", "age"),
    [
        ("0", Age()),
        ("180", Age(days=180)),
        ('"180 days"', Age(days=180)),
        ('"1 day"', Age(days=1)),
        ('"1 month"', Age(months=1)),
        ('"24 months"', Age(months=24)),
        ('"2 years"', Age(months=24)),
        ('"0 months"', Age()),
    ],
)
def test_days_and_text_are_read(tmp_path: Path, written: str, age: Age) -> None:
    found = load(tmp_path, f"[privacy]\npurge_after = {written}\n").purge_after
    assert found == age and bool(found) == (written[0:2] not in ("0", '"0'))


@pytest.mark.parametrize(
    "written",
    [
        *("-1", "true", "1.5", '"180"', '"months"', '"-1 months"', '"24 Monate"', '"2 weeks"'),
        *("36501", '"1300 months"', '"99999 years"', '"24months"', '""'),
    ],
)
def test_anything_else_is_named_with_its_line(tmp_path: Path, written: str) -> None:
    lines = f"[privacy]\nanonymise_after = {written}\n"
    line = (LIBRARY + lines).count("\n")
    with pytest.raises(Misconfigured, match=f"line {line}: privacy.anonymise_after = .* must be "):
        load(tmp_path, lines)


@pytest.mark.parametrize(
    ("anonymise", "purge", "fine"),
    [
        ("181", '"6 months"', True),  # from 1 September to 1 March, the shortest
        ("182", '"6 months"', False),
        ('"6 months"', "183", False),
        ('"6 months"', "184", True),
        ('"24 months"', '"2 years"', True),
        ('"25 months"', '"2 years"', False),
        ("730", '"24 months"', True),
        ("731", '"24 months"', False),
        ("180", "179", False),
    ],
)
def test_letters_never_go_before_readers(tmp_path: Path, anonymise: str, purge: str, fine: bool) -> None:
    lines = f"[privacy]\nanonymise_after = {anonymise}\npurge_after = {purge}\n"
    if fine:
        load(tmp_path, lines)
    else:
        with pytest.raises(Misconfigured, match=r"privacy\.purge_after"):
            load(tmp_path, lines)


def test_no_archive_is_made_while_a_letter_in_it_may_have_to_go(tmp_path: Path) -> None:
    lines = configuration.section("policy", archive_after=366) + '[privacy]\nanonymise_after = "12 months"\n'
    with pytest.raises(Misconfigured, match=r"must be less than policy.archive_after \(366\)"):
        load(tmp_path, lines)


def test_its_bounds_hold_on_every_day() -> None:
    for months in (*range(1, 30), 120, 1200):
        age = Age(months=months)
        first = datetime(2023, 12, 1, tzinfo=UTC)
        lengths = {(day - age.before(day)).days for day in (first + timedelta(days=n) for n in range(900))}
        assert age.least_days <= min(lengths) and max(lengths) <= age.most_days
    assert Age(months=1).before(datetime(2024, 3, 31, tzinfo=UTC)).date() == date(2024, 2, 29)
