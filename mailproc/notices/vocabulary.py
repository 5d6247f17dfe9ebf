"""What a language must have a word for: one value of this kind for each language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Words by code. English has every word; another language may lack one, then English is shown."""

    states: Mapping[str, Words]
    """How a transaction stands, seen from our side: by the names of role and state."""

    heard: Words
    """What a letter from the other side did; also what happens beside the state tables."""

    told: Words
    """The same letters as we say them to another library's people, where its protocol has no message."""

    actions: Words
    """What staff may do, as on a button; the names of the command line's ACTIONs."""

    done: Words
    """The same acts, and those of the clock and of our rules, in the history."""

    reasons: Words
    """Reason-Unfilled of ISO 10161-1, as the borrower reads it."""

    ends: Words
    """Why an attempt ended for which they gave no reason, where ``done`` says too little to a reader."""

    delivery: Words
    """Where a letter of ours is."""

    attention: Words
    """Why a human is needed: as a heading, and in the letter to staff."""

    services: Words
    """What is asked for, by the names of Service."""

    no_title: str
    """Stands where a request has no title."""

    day: Callable[[date, bool], str]
    """A date, with its year where that is asked for, or always where the language writes it so."""
