"""One table of actions: each has its words, its message and its options, and nothing of it is unused."""

from dataclasses import fields, replace

import pytest

from mailproc.cli.root import loaded
from mailproc.errors import LocalFault
from mailproc.ill.actions import ACTIONS, BY_NAME, NOTE, OF_ROLE, OPTIONS, Action, Option
from mailproc.ill.apdu import APDU_CLASSES
from mailproc.ill.machine import TABLES
from mailproc.ill.terms import Results, Role
from mailproc.notices.language import Language
from mailproc.notices.language_files import shipped, shipped_tags
from mailproc.office.acts import act_messages, options
from mailproc.office.acts.perform import StaffAct

LANGUAGES = [shipped(tag) for tag in shipped_tags()]
every_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
every_option = pytest.mark.parametrize("option", OPTIONS, ids=str)
every_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
HOW = {"--anyway", "--heard-by", "--once", "--dry-run", "--repeat", "--json"}


@every_action
@every_language
def test_every_action_has_help_and_a_word_for_the_history(action: Action, language: Language) -> None:
    texts, file = language.texts, f"mailproc/notices/languages/{language.tag}.toml"
    assert action.name in texts.actions, f'{file} lacks [actions] "{action.name}"'
    assert action.name in texts.done, f'{file} lacks [done] "{action.name}"'


@every_action
@every_language
def test_every_option_of_an_action_has_help(action: Action, language: Language) -> None:
    for option in action.takes:
        known = {f"{action.name} {option.name}", option.name} & language.texts.options.keys()
        lacking = (
            f'mailproc/notices/languages/{language.tag}.toml lacks [options] "{action.name} {option.name}"'
        )
        assert known, lacking


@every_language
def test_no_help_is_for_what_is_no_action_or_no_option_of_it(language: Language) -> None:
    named = {option.name for option in OPTIONS}
    named |= {f"{action.name} {option.name}" for action in ACTIONS for option in action.takes}
    assert language.texts.options.keys() - named == set()
    assert language.texts.actions.keys() - BY_NAME.keys() == set()


@every_action
def test_every_action_says_the_message_that_its_row_names(action: Action) -> None:
    if action.message is None:
        assert action.name not in act_messages.MAKERS
        return
    assert action.name in act_messages.MAKERS, f'office/acts/act_messages.py: MAKERS lacks "{action.name}"'
    assert action.message in {apdu.type for apdu in APDU_CLASSES.values()}
    assert (action.results is not None) == (action.message.name == "ILL_ANSWER")


@every_action
def test_every_action_is_a_row_of_the_state_tables_or_stays(action: Action) -> None:
    rows = {
        role: {event for table in TABLES[role].values() for row in table.values() for event in row}
        for role in Role
    }
    for role in Role:
        if action.by_state and not (action.stays or action.only_in) and action.role in (role, None):
            lacking = set(action.events) - rows[role]
            assert not lacking, f"no table of mailproc/ill/{role.lower()}_*.py has the event {lacking}"


@every_action
def test_what_an_action_needs_it_takes_and_what_it_takes_is_listed(action: Action) -> None:
    assert set(action.takes) <= set(OPTIONS), "mailproc/ill/actions.py: OPTIONS lacks an option of it"
    for option in (*action.needs, *action.tells, *action.suggests):
        assert option in action.takes


@every_option
def test_every_option_is_used_by_an_action_and_kept_by_an_act(option: Option) -> None:
    assert option is NOTE or any(option in action.options for action in ACTIONS), "no action takes it"
    assert option.field in {field.name for field in fields(StaffAct)}, (
        f"office/acts/act_messages.py: Act has no {option.field}"
    )


def test_the_command_line_takes_every_option_of_the_table_and_no_other() -> None:
    known = {name for parameter in loaded("act").params for name in parameter.opts if name.startswith("--")}
    assert known - HOW == {str(option) for option in OPTIONS}


@every_action
def test_an_action_takes_its_options_and_refuses_every_other_with_a_sentence(action: Action) -> None:
    given = {"answer": True, "position": 1, "level": 1, "locations": ("XX-BL",)}
    for option in OPTIONS:
        act = replace(
            StaffAct(action=action.name, number="B1"), **{option.field: given.get(option.field, "word")}
        )
        if option in action.takes:
            options.check(act)
            continue
        with pytest.raises(LocalFault, match=f"{action.name} has no use for {option}. Its options: --note"):
            options.check(act)


def test_the_answers_of_the_standard_have_an_action_each() -> None:
    assert sorted(action.results for action in ACTIONS if action.results) == sorted(Results)


def test_each_side_finds_its_own_actions_before_those_of_both() -> None:
    for role in Role:
        whose = [action.role for action in OF_ROLE[role].values()]
        assert whose == sorted(whose, key=lambda one: one is None)
        assert set(whose) == {role, None}


@pytest.mark.parametrize(
    ("name", "answer", "command"),
    [
        ("return", "", "act {number} return"),
        ("message", "", "act {number} message --note TEXT"),
        ("answer-condition", "no", "act {number} answer-condition --answer no"),
        ("renew-reply", "yes", "act {number} renew-reply --answer yes --date DAY"),
        ("renew-reply", "no", "act {number} renew-reply --answer no"),
        ("forward", "", "act {number} forward --to SYMBOL"),
        ("answer-retry", "", "act {number} answer-retry --date DAY"),
    ],
)
def test_a_suggested_command_names_what_it_needs(name: str, answer: str, command: str) -> None:
    assert BY_NAME[name].command(answer) == command
