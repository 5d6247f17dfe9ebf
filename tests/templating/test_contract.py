"""Samples cover every field both ways; contexts are plain."""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from dataclasses import dataclass

import pytest

from mailproc.templating.contract import Contract, as_context, field_help, fields_of, sample_of, samples


@dataclass(frozen=True, kw_only=True)
class Leaf:
    name: str = field_help("A name.", sample="x")
    note: str = field_help("A note.", sample="n", optional=True)


@dataclass(frozen=True, kw_only=True)
class Tree:
    flag: bool = field_help("A flag.", sample=True)
    leaf: Leaf | None = field_help("One.", sample=Leaf(name="x"), optional=True)
    leaves: tuple[Leaf, ...] = field_help("Many.", sample=(Leaf(name="y", note="z"),))
    rank: int | None = field_help("A rank.", sample=1, optional=True)


CONTRACT = Contract("en/x.txt", Tree, "A test.")


def test_a_context_is_plain_dicts_and_lists_all_the_way_down() -> None:
    assert as_context(sample_of(Tree)) == {
        "flag": True,
        "leaf": {"name": "x", "note": ""},
        "leaves": [{"name": "y", "note": "z"}],
        "rank": 1,
    }


def test_what_is_absent_is_there_and_empty() -> None:
    assert as_context(Tree(flag=False, leaves=())) == {
        "flag": False, "leaf": None, "leaves": [], "rank": None
    }  # fmt: skip
    assert Leaf(name="x").note == ""


def test_the_first_sample_is_full_and_the_second_bare() -> None:
    full, bare = samples(CONTRACT)[:2]
    assert all(full[name] for name in ("flag", "leaf", "leaves", "rank"))
    assert (bare["leaf"], bare["rank"]) == (None, None)


def test_every_list_is_tried_empty_single_and_long() -> None:
    assert {len(each["leaves"]) for each in samples(CONTRACT)} == {0, 1, 3}


def test_every_flag_is_tried_both_ways_and_every_option_absent_alone() -> None:
    tried = samples(CONTRACT)
    assert {each["flag"] for each in tried} == {True, False}
    assert any(each["leaf"] is None and each["rank"] == 1 for each in tried)
    assert any(each["rank"] is None and each["leaf"] for each in tried)


def test_options_inside_lists_are_tried_absent() -> None:
    assert any(each["leaves"] == [{"name": "y", "note": ""}] for each in samples(CONTRACT))


def test_changes_reach_a_sample() -> None:
    assert sample_of(Leaf, name="other").name == "other"


def test_a_field_without_help_is_a_bug() -> None:
    @dataclass(frozen=True)
    class Bare:
        name: str = "x"

    with pytest.raises(KeyError):
        fields_of(Bare)
