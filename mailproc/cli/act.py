"""Verbs that move requests: act, go on to the next partner."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from mailproc.app import places
from mailproc.app.build import App
from mailproc.cli import days, output, several_numbers
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill import actions
from mailproc.ill.actions import ACTIONS, Option
from mailproc.ill.events import PUTTING_OFF
from mailproc.ill.status import RequestStatus, status
from mailproc.ill.terms import Role, State
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.acts import options, perform
from mailproc.office.queries import possible_actions, request_details
from mailproc.office.queries.listing import RequestLine
from mailproc.office.queries.possible_actions import Choice
from mailproc.office.requests import asking
from mailproc.office.wording.request_json import outcome_json
from mailproc.sentence import sentence

verbs = typer.Typer()

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, L7, B12-2, or TGQ/TQ.")]
Numbers = Annotated[
    str, typer.Argument(metavar="NR", help="B12, L7, B12-2, TGQ/TQ; B1,B2,B3; or - for standard input.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


def _option(option: Option) -> Any:
    """An option of the table, with what it names in each action."""
    return typer.Option(str(option), metavar=option.value, help=_help(option))


def _flag(option: Option) -> Any:
    """An option of the table that takes no value."""
    return typer.Option(str(option), help=_help(option))


def _help(option: Option) -> str:
    """What it names, by the actions that take it: "Of ship, renew-reply: when it is due back; …" """
    named: dict[str, list[str]] = {}
    for action in ACTIONS:
        if option in action.takes:
            named.setdefault(ENGLISH.option_word(action.name, option.name), []).append(action.name)
    if len(named) == 1 or option is actions.NOTE:
        return ENGLISH.option_word("", option.name).capitalize() + "."
    return "; ".join(f"of {', '.join(names)}: {word}" for word, names in named.items()).capitalize() + "."


def _names_like(incomplete: str) -> list[str]:
    """For the completion of the shell."""
    return [action.name for action in ACTIONS if action.name.startswith(incomplete)]


@verbs.command("act")
def act(
    ctx: typer.Context,
    number: Numbers,
    action: Annotated[
        str | None,
        typer.Argument(
            help="receive, return, ship, …; without it: what is possible now.", autocompletion=_names_like
        ),
    ] = None,
    note: Annotated[str, _option(actions.NOTE)] = "",
    on: Annotated[str, _option(actions.DATE)] = "",
    reason: Annotated[str, _option(actions.REASON)] = "",
    condition: Annotated[str, _option(actions.CONDITION)] = "",
    answer: Annotated[str, _option(actions.ANSWER)] = "",
    service: Annotated[str, _option(actions.SERVICE)] = "",
    cost: Annotated[str, _option(actions.COST)] = "",
    via: Annotated[str, _option(actions.VIA)] = "",
    to: Annotated[str, _option(actions.TO)] = "",
    location: Annotated[list[str] | None, _option(actions.LOCATION)] = None,
    position: Annotated[int | None, _option(actions.POSITION)] = None,
    level: Annotated[int | None, _option(actions.LEVEL)] = None,
    quiet: Annotated[bool, _flag(actions.QUIET)] = False,
    wrong: Annotated[bool, _flag(actions.WRONG)] = False,
    partial: Annotated[bool, _flag(actions.PARTIAL)] = False,
    attach: Annotated[list[str] | None, _option(actions.ATTACH)] = None,
    barcode: Annotated[str, _option(actions.BARCODE)] = "",
    heard_by: Annotated[str, typer.Option(help="phone, post, portal or mail: the partner told us.")] = "",
    once: Annotated[str, typer.Option(help="A mark: the same mark acts once.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    repeat: Annotated[bool, typer.Option("--repeat", help="Say the same once more.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Do it although it seems pointless.")] = False,
    as_json: Json = False,
) -> None:
    """Perform a staff action on a request. --dry-run changes nothing."""
    done = perform.StaffAct(
        action=action or "",
        number=number,
        note=note,
        on=days.day(on),
        reason=reason,
        condition=condition,
        service=service,
        cost=cost,
        via=via,
        to=to,
        locations=tuple(location or ()),
        answer=_answer(answer),
        position=position,
        level=level,
        quiet=quiet,
        wrong=wrong,
        partial=partial,
        attach=tuple(attach or ()),
        barcode=barcode,
        heard_by=heard_by,
        repeat=repeat,
        anyway=anyway,
        once=once,
    )
    many = several_numbers.read(number)
    with opened(ctx) as app:
        done = replace(done, by=who(app))
        if done.attach:
            places.refuse_others(app.context, app.store)
        if many is not None:
            _act_on_each(app, done, many, as_json=as_json, dry_run=dry_run)
            return
        if action is None:
            _possible(app, done, as_json=as_json, dry_run=dry_run)
            return
        outcome, line = _acted(app, done, dry_run=dry_run)
        answered(number, outcome, line, app.context, as_json=as_json, would=dry_run)


def _acted(app: App, wanted: perform.StaffAct, *, dry_run: bool) -> tuple[StepOutcome, RequestLine]:
    way = perform.foresee if dry_run else perform.perform
    outcome = way(app.store, app.context, wanted)
    with app.store.read() as connection:
        return outcome, request_details.shown(connection, wanted.number).line


def _act_on_each(
    app: App, wanted: perform.StaffAct, numbers: Sequence[str], *, as_json: bool, dry_run: bool
) -> None:
    """Act on each, in a commit of its own; what is refused stops no other. Exit 1 if any was."""
    if not wanted.action:
        raise LocalFault(sentence("several-need-action"))
    if wanted.barcode:
        raise LocalFault(sentence("barcode-of-one"))
    answers, refused = list[dict[str, Any]](), list[str]()
    for number in numbers:
        one = replace(wanted, number=number, once=f"{wanted.once}/{number}" if wanted.once else "")
        try:
            outcome, line = _acted(app, one, dry_run=dry_run)
        except (LocalFault, RemoteFault, TryLater) as fault:
            refused.append(number)
            answers.append(several_numbers.refused(number, fault))
            if not as_json:
                several_numbers.complain(number, fault, app.context.language)
            continue
        answers.append(outcome_json(outcome, line.number, line.attempt, would=dry_run))
        if not as_json:
            answered(number, outcome, line, app.context, as_json=False, would=dry_run)
    if as_json:
        output.as_json(answers)
    else:
        several_numbers.sum_up(numbers, refused, app.context.language)
    if refused:
        raise typer.Exit(1)


@verbs.command("next")
def next_(
    ctx: typer.Context,
    number: Number,
    partner: Annotated[list[str] | None, typer.Option(help="Add to the end of the rota first.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the next partner of the rota."""
    with opened(ctx) as app:
        outcome = asking.next_partner(
            app.store, app.context, number, partner or (), who(app), dry_run=dry_run
        )
        with app.store.read() as connection:
            line = request_details.shown(connection, number).line
        answered(number, outcome, line, app.context, as_json=as_json, would=dry_run)


def _possible(app: App, wanted: perform.StaffAct, *, as_json: bool, dry_run: bool) -> None:
    """What can be done now, and what each would say. LocalFault where an option of an act was given."""
    how = {
        "--heard-by": wanted.heard_by,
        "--once": wanted.once,
        "--dry-run": dry_run,
        "--repeat": wanted.repeat,
        "--anyway": wanted.anyway,
    }
    said = [str(option) for option in options.given(wanted)]
    if named := [*said, *(name for name, value in how.items() if value)]:
        raise LocalFault(sentence("which-action", options=", ".join(named)))
    with app.store.read() as connection:
        found = possible_actions.choices(connection, wanted.number, app.context)
        now = request_details.shown(connection, wanted.number).line.status
        beside = possible_actions.commands(connection, wanted.number, app.context)
    if as_json:
        output.as_json([_choice_json(one, app.context) for one in found])
        return
    language = app.context.language
    for one in found:
        lead = f"{one.action.name} --answer {one.answer}" if one.answer else one.action.name
        lead += " --anyway" if one.against else ""
        output.line(f"{lead}: {_does(one, language)}")
        if one.against:
            output.line(f"  {output.one_line(language.word(one.against))}")
        output.line(f"  {_leads(one, now, app.context)}")
        for option in one.options:
            names = language.option_word(one.action.name, option.name)
            needed = language.label("act", "needed", names=names) if option in one.needs else names
            output.line(f"  {option.usage}: {needed}")
    for way in beside:
        output.line(f"{way.command}: {way.does}")


def _leads(one: Choice, now: RequestStatus, context: Context) -> str:
    """ "then: Shipped; a message goes to their system". ``now``: how the request stands."""
    language = context.language
    after = replace(now, closed=True) if one.action.name == "close" else one.status
    return language.label(
        "act",
        "would" if after else "would_stay",
        state=language.status(after or now, context.today(), ours=one.role is Role.RESPONDER),
        told=language.label("told", one.told),
    )


def _choice_json(one: Choice, context: Context) -> dict[str, Any]:
    language, name = context.language, one.action.name
    return {
        "action": name,
        "answer": one.answer,
        "does": _does(one, language),
        "becomes": one.becomes,
        "told": one.told,
        "against": one.against or None,
        "options": [
            {
                "option": str(option),
                "value": option.value,
                "names": language.option_word(name, option.name),
                "needed": option in one.needs,
            }
            for option in one.options
        ],
    }


def _does(one: Choice, language: Language) -> str:
    return language.way_word(f"act {one.action.name} {one.answer}".rstrip())


def answered(
    number: str, outcome: StepOutcome, line: RequestLine, context: Context, *, as_json: bool, would: bool
) -> None:
    """Print what became of the request ``line`` (as it stands now), and what follows."""
    if as_json:
        output.as_json(outcome_json(outcome, line.number, line.attempt, would=would))
        return
    if not outcome.after:
        said = (context.language.noted_word(outcome.note), *map(context.language.word, outcome.words))
        output.line(output.one_line(f"{number}: {' '.join(filter(None, said))}"))
        return
    stands = status(State[outcome.after], promise=outcome.promise, closed=outcome.event == "close")
    told = context.language.status(stands, context.today())
    became = "noted" if outcome.event in ("note", *PUTTING_OFF) else "would_be" if would else "is_now"
    lead = context.language.label("act", became, number=number, status=told)
    output.line(f"{lead} [{outcome.after}]")
    if outcome.note and outcome.note not in map(str, outcome.words):
        output.line(f"  {output.one_line(context.language.noted_word(outcome.note))}")
    for word in outcome.words:
        output.line(f"  {output.one_line(context.language.word(word))}")


def _answer(text: str) -> bool | None:
    if text and text not in ("yes", "no"):
        raise LocalFault(sentence("answer-yes-no"))
    return text == "yes" if text else None
