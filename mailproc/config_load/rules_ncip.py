"""What must hold for [ncip], and what of it is allowed and yet worth a word."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailproc.config import Config, Ncip
from mailproc.config_load.nearest import nearest
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.value_checks import is_safe_url, is_url

MESSAGES = {
    "accept_item": ("REQUESTER",),
    "check_out_item": ("REQUESTER", "RESPONDER"),
    "check_in_item": ("REQUESTER", "RESPONDER"),
    "request_item": ("RESPONDER",),
    "cancel_request_item": ("RESPONDER",),
}
"""Each message, and in which role of ours it has a sense."""


def problems(config: Config) -> Iterator[ConfigProblem]:
    ncip = config.ncip
    if ncip.url and not is_url(ncip.url):  # it is never shown: a token may stand in it
        yield ConfigProblem(("ncip", "url"), "must be a URL that begins with https://")
    if bool(ncip.from_agency) != bool(ncip.to_agency):
        there, missing = ("from", "to") if ncip.from_agency else ("to", "from")
        wrong = f"goes with {there}_agency: give both, or none"
        yield ConfigProblem(("ncip", f"{missing}_agency"), wrong, "")
    yield from _events(ncip)
    for symbol in ncip.accounts:
        if all(symbol != partner.symbol for partner in config.partner):
            yield ConfigProblem(("ncip", "accounts"), "there is no such partner", symbol)
    for position, hook in enumerate(config.hook):
        if ncip.url and hook.name == "ncip":
            wrong = "is the name of what [ncip] tells; choose another"
            yield ConfigProblem(("hook", position, "name"), wrong, hook.name)


def _events(ncip: Ncip) -> Iterator[ConfigProblem]:
    from mailproc.ill.hook_events import known  # here: the state tables, for those who have NCIP

    taken: dict[str, str] = {}
    for key, roles in MESSAGES.items():
        possible = [event for event in known() if event.partition(".")[0] in roles]
        for position, event in enumerate(getattr(ncip, key)):
            loc = ("ncip", key, position)
            if event not in possible:
                near = nearest(event, possible)
                meant = (
                    f"did you mean {near}?" if near else f"docs/states.md has those of {' and '.join(roles)}"
                )
                yield ConfigProblem(loc, f"there is no such event for this message; {meant}", event)
            elif event in taken:
                yield ConfigProblem(loc, f"has a message already, by ncip.{taken[event]}", event)
            taken.setdefault(event, key)


def warnings(config: Config) -> Iterator[str]:
    """Say who may read what is told."""
    ncip = config.ncip
    if ncip.url and not is_safe_url(ncip.url):
        host = urlsplit(ncip.url).hostname
        yield f"ncip: whoever is on the way to {host} reads who borrows what: use https"
