"""Read [artemail.follows] of config.toml: what an unfilled answer leads to at this site."""

import difflib

from mailproc import config_load
from mailproc.config import Config
from mailproc.ill.terms import REASON_UNFILLED
from mailproc.protocols.artemail.tables.reply_codes import ReplyCodes, normal
from mailproc.protocols.codec import Follows

ByName = dict[str, Follows]


def by_code_and_reason(config: Config, codes: ReplyCodes) -> tuple[ByName, ByName]:
    """Return the rules by reply code, and by the standard's reason. Raise Misconfigured for other keys."""
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
