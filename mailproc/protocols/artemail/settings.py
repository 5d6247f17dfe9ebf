"""Check and read ARTEmail's settings in config.toml, beyond the types of the configuration."""

import difflib
from collections import Counter
from collections.abc import Iterator

from mailproc import config_load
from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.ill.terms import REASON_UNFILLED
from mailproc.protocols.artemail import plain
from mailproc.protocols.artemail.requests import WORDS
from mailproc.protocols.artemail.tables.reply_codes import ReplyCodes, normal
from mailproc.protocols.codec import Follows

DIALECTS = ("", plain.NAME)
ByName = dict[str, Follows]


def check(config: Config) -> None:
    """Raise Misconfigured that names the partner, the key and what it may be."""
    if problems := list(_problems(config)):
        raise config_load.all_wrong(config, problems)


def _problems(config: Config) -> Iterator[ConfigProblem]:
    for position, partner in enumerate(config.partner):
        if partner.codec != "artemail":
            continue
        loc = ("partner", position)
        if partner.dialect not in DIALECTS:
            text = f'there is no such dialect; there is "{plain.NAME}", and "" for order files'
            yield ConfigProblem((*loc, "dialect"), text, partner.dialect)
        yield from _words(partner, (*loc, "artemail", "keywords"))


def _words(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    words = partner.artemail.keywords
    for name in words:
        if name not in WORDS:
            yield ConfigProblem((*loc, name), f"there is no such action; there are {', '.join(WORDS)}")
    for word, times in Counter(word.upper() for word in words.values() if word).items():
        if times > 1:
            yield ConfigProblem(loc, f"two actions have the same word {word!r}")


def plain_customers(config: Config) -> Iterator[str]:
    """Yield the customer codes of those who order from us in the plain dialect, without a password."""
    for partner in config.partner:
        if partner.codec == "artemail" and partner.dialect == plain.NAME:
            accounts = partner.artemail.accounts_in_use
            yield from (each.customer_code for each in accounts if each.direction == "in")


def follows(config: Config, codes: ReplyCodes) -> tuple[ByName, ByName]:
    """Return what an unfilled answer leads to at this site, by reply code and by the standard's reason.

    It is the table [artemail.follows]. Raise Misconfigured for a key that is neither.
    """
    by_code, by_reason = ByName(), ByName()
    for key, value in config.artemail.follows.items():
        if key in REASON_UNFILLED:
            by_reason[key] = value
        elif word := _word(key, codes):
            by_code[word] = value
        else:
            raise config_load.wrong(config, ("artemail", "follows", key), _neither(key, codes))
    return by_code, by_reason


def _word(key: str, codes: ReplyCodes) -> str:
    found = codes.find(key.upper())
    words = {normal(word): word for word in codes.words()}
    return found.code.word if found else words.get(normal(key), "")


def _neither(key: str, codes: ReplyCodes) -> str:
    near = difflib.get_close_matches(key, [*codes.words(), *REASON_UNFILLED], n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{key!r} is neither a reply code nor a reason of ISO 10161{hint}"
