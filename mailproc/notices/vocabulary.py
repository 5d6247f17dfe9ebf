"""The texts of one language, as its file holds them: a field for each table of the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = Mapping[str, str]
"""Text by code; a text may have {places} for values."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Every language has the same codes, and the same places in each text, as English (``language_check``).

    What each table is for stands above it in ``languages/en.toml``.
    """

    formats: Words
    states: Mapping[str, Words]
    """By the names of Role, then of State."""
    heard: Words
    """By event, in capitals: a message of the other side, the clock, trouble with a letter."""
    told: Words
    """By the rows of the state tables that are messages; behind it what is meant in particular."""
    openings: Words
    """By the codes of ``told``, with the name of Role behind it where that makes a difference."""
    items: Words
    """By the names of Service; else OTHER."""
    actions: Words
    """By the names of ``mailproc act``."""
    options: Words
    """By the option's name, or before it the action's: "date", "ship date"."""
    done: Words
    """By event, in lower case: acts of staff, of the clock and of our rules."""
    reasons: Words
    """By REASON_UNFILLED of ``ill.terms``."""
    our_reasons: Words
    """Those reasons and conditions that read otherwise when we say them."""
    own_reasons: Words
    """Those of ``our_reasons`` that read otherwise when we say them to our own staff."""
    conditions: Words
    reader_conditions: Words
    """By a condition that concerns the reader, as a sentence to the reader."""
    ends: Words
    delivery: Words
    """By the state of a letter of ours."""
    attention: Words
    services: Words
    """By the names of Service."""
    people: Words
    incoming: Words
    outgoing: Words
    please: Words
    """By the codes of ``openings`` and a circumstance that ask for something; ``BACK_BY``: where a renewal is
    refused."""
    wishes: Words
    kinds: Words
    """By the type of an item."""
    ways: Words
    questions: Words
    """By what a letter taught (``store.partner_addresses``)."""
    citation: Words
    """By the fields of Item; their order is that of a citation."""
    single: Words
    terms: Words
    """By Term of ``ill.status``."""
    noted: Words
    """By the names of Noted of ``ill.findings``."""
    reply_codes: Words
    short_codes: Words
    """By a reply code of the British Library without its arguments; in English as its codec says it."""
    sentences: Words
    """By the code of a ``Sentence``."""
    about_texts: Words
    """What a text is for, and what a name in it is; in English as its contract says it."""
    at_the_desk: Mapping[str, Words]
    """By table ("sentences", "ways", "options"): texts that name a command, as pages word them."""
    labels: Mapping[str, Words]
    """Of the command line, by verb or part of one."""
    counted: Mapping[str, Words]
    """By name, then by CLDR plural category; "other" is always there."""
    typed: Words = field(default_factory=dict)
    """By an option as it is typed ("--date"); empty where it is shown so."""
