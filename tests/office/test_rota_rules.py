"""A request that names nobody gets its rota by rule, and the history says why."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.config import PartnerLending, RotaRule
from mailproc.config_catalogues import Catalogue
from mailproc.errors import LocalFault
from mailproc.ill import closed_days
from mailproc.ill.holding import Available, CatalogueAnswer, Holding, LookUp
from mailproc.office.catalogues import locate
from mailproc.office.requests import place, rota_change
from mailproc.sentence import Note, sentence
from mailproc.store import look_ups, requests
from tests.support.world import World

BOOK = {"title": "A book"}
ARTICLE = {"title": "A journal", "article_title": "On weirs", "issn": "0378-5955"}
UNION = Catalogue(name="union", use="union", url="http://127.0.0.1:1/sru", partners={"Q2": "XX-SECOND"})
AT = datetime(2026, 3, 2, tzinfo=UTC)


def ruled(world: World, *rules: RotaRule, catalogue: bool = False, **lending: PartnerLending) -> World:
    """The world with these rules; ``lending`` by symbol, "-" written as "_"."""
    config = world.app.config
    known = [
        one.model_copy(update={"lending": lending.get(one.symbol.replace("-", "_"), one.lending)})
        for one in config.partner
    ]
    changed = {"rota": rules, "partner": tuple(known), "catalogue": (UNION,) if catalogue else ()}
    config = config.model_copy(update=changed)
    context = replace(world.app.context, config=config)
    world.app = replace(world.app, config=config, context=context)
    return world


def enter(world: World, item: dict[str, Any] = BOOK, service: str = "LOAN", **fields: Any) -> place.Entered:
    done = place.place(
        world.store, world.app.context, place.read({"service": service, "item": item} | fields), "desk"
    )
    world.run()
    return done


def rota(world: World, number: str = "B1") -> list[str]:
    with world.store.read() as connection:
        request = requests.by_number(connection, number)
        assert request is not None
        return [one.partner for one in requests.rota(connection, request.id)]


def test_without_a_rule_staff_say_whom(world: World) -> None:
    with pytest.raises(LocalFault, match="say whom to ask"):
        enter(world)
    assert world.rows("request") == []


def test_the_first_rule_that_fits_makes_the_rota(world: World) -> None:
    ruled(
        world,
        RotaRule(name="articles", items=("article",), partners=("XX-SECOND", "XX-BL")),
        RotaRule(name="teachers", categories=("staff",), partners=("XX-SECOND",)),
        RotaRule(name="rest", partners=("XX-BL", "XX-SECOND")),
    )
    enter(world)
    enter(world, ARTICLE, "COPY")
    enter(world, patron={"id": "r1", "status": "staff"})
    assert [rota(world, number) for number in ("B1", "B2", "B3")] == [
        ["XX-BL", "XX-SECOND"], ["XX-SECOND", "XX-BL"], ["XX-SECOND"],
    ]  # fmt: skip
    shown = world.shown("B1")
    assert "rest" in repr(shown.history) and shown.line.noted == "", "no colleague has noted it"
    assert world.verify().differences == ()


def test_the_category_of_a_known_reader_counts_where_the_request_names_none(world: World) -> None:
    ruled(
        world,
        RotaRule(name="teachers", categories=("STAFF",), partners=("XX-SECOND",)),
        RotaRule(name="rest", partners=("XX-BL",)),
    )
    enter(world, patron={"id": "r1", "status": "staff"})
    enter(world, {"title": "Another"}, patron={"id": "r1"})
    enter(world, {"title": "A third"}, patron={"id": "r1", "status": "guest"})
    assert [rota(world, number) for number in ("B1", "B2", "B3")] == [
        ["XX-SECOND"], ["XX-SECOND"], ["XX-BL"],
    ]  # fmt: skip


def test_a_request_that_names_somebody_needs_no_rule(world: World) -> None:
    ruled(world, RotaRule(name="rest", partners=("XX-SECOND",)))
    enter(world, partners=["XX-BL"])
    assert rota(world) == ["XX-BL"]


def test_a_service_that_no_rule_is_for(world: World) -> None:
    ruled(world, RotaRule(name="loans", services=("LOAN",), partners=("XX-BL",)))
    with pytest.raises(LocalFault, match="say whom to ask"):
        enter(world, ARTICLE, "COPY")


def test_who_is_full_or_closed_or_dear_is_asked_last(world: World) -> None:
    rule = RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"))
    ruled(world, rule, XX_BL=PartnerLending(load=1))
    enter(world)
    assert rota(world) == ["XX-BL", "XX-SECOND"]
    done = enter(world, {"title": "Another"})
    assert rota(world, "B2") == ["XX-SECOND", "XX-BL"], "one waits there"
    assert "1 waiting there, of at most 1" in " ".join(map(str, done.warnings))
    ruled(world, rule, XX_BL=PartnerLending(closed=("2026-03-01/2026-03-09",)))
    enter(world, {"title": "A third"})
    assert rota(world, "B3") == ["XX-SECOND", "XX-BL"]
    ruled(world, rule, XX_BL=PartnerLending(loan_cost=12))
    enter(world, {"title": "A fourth"}, max_cost={"currency": "GBP", "amount": "10"})
    assert rota(world, "B4") == ["XX-SECOND", "XX-BL"]


@pytest.mark.parametrize("closed", [("2026-01-01/2029-12-31",), closed_days.WEEKDAYS])
def test_a_library_that_is_closed_for_years_is_asked_last(world: World, closed: tuple[str, ...]) -> None:
    rule = RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"))
    ruled(world, rule, XX_BL=PartnerLending(closed=closed))
    done = enter(world)
    assert rota(world) == ["XX-SECOND", "XX-BL"]
    assert "closed for more than a year" in " ".join(map(str, done.warnings))


def look_up(symbol: str = "Q2", available: Available = Available.YES) -> LookUp:
    holding = Holding(source="union", symbol=symbol, available=available)
    answer = CatalogueAnswer(searched_by="isbn", records=1, holdings=(holding,))
    return LookUp(catalogue="union", use="union", at=AT, answer=answer)


@pytest.mark.parametrize(
    ("holders", "wanted"),
    [("first", ["XX-SECOND", "XX-BL"]), ("only", ["XX-SECOND"]), ("no", ["XX-BL"])],
)
def test_what_a_catalogue_of_others_adds(
    world: World, monkeypatch: pytest.MonkeyPatch, holders: Any, wanted: list[str]
) -> None:
    monkeypatch.setattr(locate, "at_entry", lambda *_given: (look_up(),))
    ruled(world, RotaRule(name="rest", partners=("XX-BL",), holders=holders), catalogue=True)
    enter(world)
    assert rota(world) == wanted


def test_whom_a_catalogue_names_is_no_better_where_no_catalogue_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "at_entry", lambda *_given: (look_up(),))
    rule = RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"), holders="no")
    ruled(world, rule, catalogue=True)
    done = enter(world)
    assert rota(world) == ["XX-BL", "XX-SECOND"]
    assert "union" not in " ".join(map(str, done.warnings))


DOWN = Note(sentence("catalogue-no-words"))
ASKED = {
    "a catalogue of others is down": (replace(look_up(), answer=CatalogueAnswer(), fault=DOWN),),
    "our own alone was asked": (LookUp(catalogue="own", use="own", at=AT),),
    "our own has answered, the other is down": (
        LookUp(catalogue="own", use="own", at=AT), replace(look_up(), answer=CatalogueAnswer(), fault=DOWN),
    ),
}  # fmt: skip


@pytest.mark.parametrize("looked", ASKED.values(), ids=ASKED)
def test_only_holders_are_asked_once_a_catalogue_of_others_has_answered(
    world: World, monkeypatch: pytest.MonkeyPatch, looked: tuple[LookUp, ...]
) -> None:
    monkeypatch.setattr(locate, "at_entry", lambda *_given: looked)
    ruled(world, RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"), holders="only"), catalogue=True)
    enter(world)
    assert rota(world) == ["XX-BL", "XX-SECOND"]


def test_a_catalogue_that_names_nobody_leaves_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "at_entry", lambda *_given: (look_up("UNKNOWN"),))
    ruled(world, RotaRule(name="rest", holders="only"), catalogue=True)
    with pytest.raises(LocalFault, match="The rule rest has nobody else"):
        enter(world)


def test_proposals_leave_out_who_was_asked(world: World) -> None:
    ruled(world, RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"), order=("speed",)))
    enter(world, partners=["XX-BL"])
    found = rota_change.propose(world.store, world.app.context, "B1")
    assert (found.rule, found.symbols) == ("rest", ("XX-SECOND",))
    assert rota(world) == ["XX-BL"], "nothing changed"
    rota_change.change(world.store, world.app.context, "B1", add=found.symbols)
    with pytest.raises(LocalFault, match="nobody else"):
        rota_change.propose(world.store, world.app.context, "B1")


def test_a_partners_request_has_no_proposals(world: World) -> None:
    world.ordered("TXC1-1 S LOAN\nA title")
    with pytest.raises(LocalFault):
        rota_change.propose(world.store, world.app.context, "L1")


def test_what_catalogues_said_is_kept_with_the_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "at_entry", lambda *_given: (look_up(),))
    ruled(world, RotaRule(name="rest", partners=("XX-BL",)), catalogue=True)
    enter(world)
    with world.store.read() as connection:
        assert [one.catalogue for one in look_ups.of_request(connection, 1)] == ["union"]


def test_a_paused_library_is_left_out_and_no_more_than_wanted_are_asked(world: World) -> None:
    ruled(world, RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"), most=1))
    enter(world)
    assert rota(world) == ["XX-BL"]
    config = world.app.config
    paused = [
        one.model_copy(update={"status": "paused"}) if one.symbol == "XX-BL" else one
        for one in config.partner
    ]
    config = config.model_copy(update={"partner": tuple(paused)})
    world.app = replace(world.app, config=config, context=replace(world.app.context, config=config))
    enter(world, {"title": "Another"})
    assert rota(world, "B2") == ["XX-SECOND"]


def test_a_dry_run_shows_the_rota_and_its_reasons(world: World) -> None:
    ruled(world, RotaRule(name="rest", partners=("XX-SECOND",)))
    wanted = place.read({"service": "LOAN", "item": BOOK})
    done = place.place(world.store, world.app.context, wanted, "desk", dry_run=True)
    assert "XX-SECOND (place 1 of the rule)" in " ".join(map(str, done.warnings))
    assert world.rows("request") == []


HERE, FAR = PartnerLending(country="gb", loan_cost=30), PartnerLending(country="DE", loan_cost=5)


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        (RotaRule(name="one", countries=("GB",)), ["XX-BL"]),
        (RotaRule(name="one", countries=("de", "GB"), order=("country", "cost")), ["XX-SECOND", "XX-BL"]),
        (RotaRule(name="one", countries=("GB", "DE"), order=("country", "cost")), ["XX-BL", "XX-SECOND"]),
        (RotaRule(name="one", countries=("GB", "DE"), order=("cost",)), ["XX-SECOND", "XX-BL"]),
        (RotaRule(name="one", countries=("DE",), partners=("XX-BL", "XX-SECOND")), ["XX-SECOND"]),
        (RotaRule(name="one", cost_up_to=10, partners=("XX-BL", "XX-SECOND")), ["XX-SECOND"]),
    ],
)
def test_a_rule_asks_by_country_and_by_cost(world: World, rule: RotaRule, asked: list[str]) -> None:
    ruled(world, rule, XX_BL=HERE, XX_SECOND=FAR)
    done = enter(world)
    assert rota(world) == asked
    assert "country" not in rule.order or "(GB" in " ".join(map(str, done.warnings))


def test_who_may_cost_anything_is_asked(world: World) -> None:
    ruled(world, RotaRule(name="one", cost_up_to=1, partners=("XX-BL",)))
    enter(world)
    assert rota(world) == ["XX-BL"], "its cost is not known"


def test_a_rule_for_a_country_without_partners_has_nobody(world: World) -> None:
    ruled(world, RotaRule(name="one", countries=("FR",)), XX_BL=HERE)
    with pytest.raises(LocalFault, match="The rule one has nobody else"):
        enter(world)


def test_what_comes_while_we_are_closed_is_no_faster(world: World) -> None:
    rule = RotaRule(name="rest", partners=("XX-BL", "XX-SECOND"), order=("speed",))
    lending = {"XX_BL": PartnerLending(days=5.5), "XX_SECOND": PartnerLending(days=5)}
    ruled(world, rule, **lending)
    enter(world)
    assert rota(world) == ["XX-SECOND", "XX-BL"]
    ours = world.app.config.library.model_copy(update={"closed": ("sat", "sun")})
    world.app = replace(world.app, config=world.app.config.model_copy(update={"library": ours}))
    done = enter(ruled(world, rule, **lending), {"title": "Another"})
    assert rota(world, "B2") == ["XX-BL", "XX-SECOND"], "both wait for Monday"
    assert "7 days" in " ".join(map(str, done.warnings))
