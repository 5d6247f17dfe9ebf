"""What must hold for [listen_slnp] and [partner.slnp]."""

import re
from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import HOST, is_host, is_loopback, network_problems
from mailproc.config_slnp import SlnpInfo
from mailproc.protocols.slnp import info, patron_data, settings
from mailproc.protocols.slnp.answers import TEXTS

_PREFIX = re.compile(r"[A-Za-z0-9@#|/.-]{0,10}")


def problems(config: Config) -> Iterator[ConfigProblem]:
    yield from _door(config)
    for position, partner in enumerate(config.partner):
        if partner.codec == settings.NAME:
            yield from _partner(partner, ("partner", position))


def _door(config: Config) -> Iterator[ConfigProblem]:
    listen = config.listen_slnp
    yield from network_problems(("listen_slnp", "networks"), listen.networks)
    if not listen.enabled:
        return
    partner = settings.door_partner(config)
    if partner is None or partner.codec != settings.NAME:
        text = 'must name the ZFL while enabled = true: the symbol of a [[partner]] with codec = "slnp"'
        yield ConfigProblem(("listen_slnp", "partner"), text, listen.partner)
    if not listen.networks:
        yield ConfigProblem(("listen_slnp", "networks"), "must name who may connect", "")
    if listen.tls_cert and not listen.client_cert:
        text = "must name the certificate that the ZFL shows: without it anybody could give orders"
        yield ConfigProblem(("listen_slnp", "client_cert"), text, "")
    if not listen.tls_cert and not is_loopback(listen.host):
        text = f"without TLS only this machine may connect: name tls_cert, or not {listen.host}"
        yield ConfigProblem(("listen_slnp", "tls_cert"), text, "")


def _partner(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    slnp, here = partner.slnp, (*loc, "slnp")
    if not _PREFIX.fullmatch(slnp.prefix):
        text = "must be at most 10 letters, digits or @ # | / . -: others read a colon as another name"
        yield ConfigProblem((*here, "prefix"), text, slnp.prefix)
    for key in slnp.texts:
        if key not in TEXTS:
            text = f"there is no such answer; known are {', '.join(TEXTS)}"
            yield ConfigProblem((*here, "texts", key), text)
    yield from patron_data.problems(slnp.patron_fields, (*here, "patron_fields"))
    yield from _info(partner, (*here, "info"))


def _info(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    told = partner.slnp.info
    if told.host and not is_host(told.host):
        yield ConfigProblem((*loc, "host"), HOST, told.host)
    for position, field in enumerate(told.fields):
        if text := info.wrong(field):
            yield ConfigProblem((*loc, "fields", position), text, field)
    yield from _login(told, loc)
    for event in told.words:
        if event not in info.EVENTS:
            yield ConfigProblem((*loc, "words", event), f"must be one of: {', '.join(info.EVENTS)}")
    for name, level in told.group.items():
        if not 1 <= level <= 9:
            yield ConfigProblem((*loc, "group", name), "must be a level of 1 to 9", level)
    if told.is_on and partner.transport != "slnp":
        text = 'must be "slnp": [partner.slnp.info] says that the ZFL is told by that'
        yield ConfigProblem((*loc[:2], "transport"), text, partner.transport)


def _login(told: SlnpInfo, loc: Loc) -> Iterator[ConfigProblem]:
    for position, line in enumerate(told.login):
        if text := info.wrong_login(line):
            yield ConfigProblem((*loc, "login", position), text)
    named = any(info.PLACE in line for line in told.login)
    given = bool(told.password.get_secret_value())
    if named and not given:
        yield ConfigProblem((*loc, "password"), f"must be given: login has {info.PLACE}")
    if given and not named:
        yield ConfigProblem((*loc, "login"), f"must have a line with {info.PLACE}: password is given")
