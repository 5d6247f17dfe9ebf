"""What must hold for [[hook]]: who is told of events, and how."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from mailproc.config import Config, Hook
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.nearest import nearest
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import is_url

_NCIP = "ncip"
_URL = "must be a URL that begins with https://"


def problems(config: Config) -> Iterator[ConfigProblem]:
    taken = FirstUse()
    for position, hook in enumerate(config.hook):
        loc: Loc = ("hook", position)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}", hook.name):
            yield ConfigProblem((*loc, "name"), "must be a short name of letters, digits, - . _", hook.name)
        if hook.name == _NCIP:
            yield ConfigProblem((*loc, "name"), "is the name of [ncip]; choose another", hook.name)
        if first := taken.before(hook.name, (*loc, "name")):
            yield ConfigProblem((*loc, "name"), "two hooks have this name; choose another", hook.name, first)
        yield from _events(hook, loc)
        yield from _way(hook, loc)


def _events(hook: Hook, loc: Loc) -> Iterator[ConfigProblem]:
    from mailproc.ill.hook_events import known  # here: the state tables, for those who have a hook

    if not hook.events:
        yield ConfigProblem((*loc, "events"), 'must name events, as ["REQUESTER.receive"]')
    for position, wanted in enumerate(hook.events):
        if not any(fnmatchcase(event, wanted) for event in known()):
            near = nearest(wanted, known())
            meant = (
                f"did you mean {near}?"
                if near
                else "docs/states.md names them, behind REQUESTER. or RESPONDER."
            )
            yield ConfigProblem((*loc, "events", position), f"there is no such event; {meant}", wanted)


def _way(hook: Hook, loc: Loc) -> Iterator[ConfigProblem]:
    """A URL is never shown: a token may stand in it."""
    if hook.url and hook.command:
        yield ConfigProblem((*loc, "url"), "has a url and a command: write one of them, not both")
    elif not hook.url and not hook.command:
        yield ConfigProblem((*loc, "url"), "needs a url, or else a command")
    if hook.url and not is_url(hook.url):
        yield ConfigProblem((*loc, "url"), _URL)
    if not all(hook.command):
        yield ConfigProblem((*loc, "command"), "names an empty argument")
    if hook.command and hook.secret.get_secret_value():
        yield ConfigProblem((*loc, "secret"), "signs what goes to a url: remove it")
