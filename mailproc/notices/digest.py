"""Write the digest to staff: what needs attention and why, what is stuck, and the total of both."""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproc.notices.shared_contexts import OurLibrary
from mailproc.templating.contract import field_help, sample_of

MOST_SHOWN = 50
"""Lines of one group: a letter of ten thousand lines is read by nobody. The counts tell of the rest."""


@dataclass(frozen=True, kw_only=True)
class DigestRequest:
    number: str = field_help("Our number of the request, B… or L….", sample="B12")
    title: str = field_help("Title of the book, or of the article.", sample="On Letters")
    partner: str = field_help("The other library.", sample="Other Town Library", optional=True)
    since: str = field_help("Since when it stands so.", sample="Fri 20 Nov 2026")
    also: tuple[str, ...] = field_help(
        "Why else a human is needed.", sample=("they sent a message",), optional=True
    )


@dataclass(frozen=True, kw_only=True)
class DigestGroup:
    reason: str = field_help("Why a human is needed.", sample="they have a condition")
    count: int = field_help("How many requests.", sample=8)
    requests: tuple[DigestRequest, ...] = field_help(
        "The requests, at most 50.", sample=(sample_of(DigestRequest),)
    )
    more: int = field_help("How many are not shown.", sample=7)


@dataclass(frozen=True, kw_only=True)
class DigestLetter:
    number: str = field_help("The letter, I… or O…, or a message of one, E….", sample="I12")
    who: str = field_help("Who sent it, or to whom it goes.", sample="ill@other.example")
    subject: str = field_help("Its subject.", sample="Re: B12", optional=True)
    why: str = field_help("What became of it.", sample="a letter could not be placed")
    since: str = field_help("Since when.", sample="Fri 20 Nov 2026")


@dataclass(frozen=True, kw_only=True)
class DigestLetters:
    count: int = field_help("How many letters.", sample=8)
    letters: tuple[DigestLetter, ...] = field_help(
        "The letters, at most 50.", sample=(sample_of(DigestLetter),)
    )
    more: int = field_help("How many are not shown.", sample=7)


@dataclass(frozen=True, kw_only=True)
class DigestMailbox:
    name: str = field_help("The name of the mailbox in config.toml.", sample="ill")
    why: str = field_help("What its server says.", sample="login refused")
    since: str = field_help("Since when.", sample="Fri 20 Nov 2026")


@dataclass(frozen=True, kw_only=True)
class DigestText:
    path: str = field_help("The text below your folder of templates.", sample="en/patron/arrived.txt")
    why: str = field_help("Its first fault, with file and line.", sample="line 3: there is no request.titel")
    more: int = field_help("How many more it has.", sample=1)


@dataclass(frozen=True, kw_only=True)
class StaffDigest:
    library: OurLibrary = field_help("This library.", sample=sample_of(OurLibrary))
    day: str = field_help("Today.", sample="Mon 23 Nov 2026")
    groups: tuple[DigestGroup, ...] = field_help(
        "What needs attention, each request in one group.", sample=(sample_of(DigestGroup),)
    )
    needing: int = field_help("How many requests need attention: all that stand in groups.", sample=8)
    put_off: tuple[DigestGroup, ...] = field_help(
        "What staff have put off, by the day on which it comes back.",
        sample=(sample_of(DigestGroup, reason="until Tue 24 Nov", count=1, more=0),),
        optional=True,
    )
    hidden: int | None = field_help("How many requests are put off.", sample=1, optional=True)
    waiting: int = field_help("How many wait for others, with nothing to do for us.", sample=214)
    idle: tuple[DigestGroup, ...] = field_help(
        "Those of them to which nothing happens by itself, by their state.",
        sample=(sample_of(DigestGroup, reason="on its way to us"),),
        optional=True,
    )
    all_open: int = field_help(
        "How many are open: those that need attention, those put off and those that wait.", sample=223
    )
    letters_needing: int | None = field_help(
        "How many letters need a hand: those that could not be placed, and those of ours that nothing but a"
        " person moves.",
        sample=9,
        optional=True,
    )
    unplaced: DigestLetters = field_help("Letters that could not be placed.", sample=sample_of(DigestLetters))
    unsent: DigestLetters = field_help(
        "Letters of ours that wait or failed.",
        sample=sample_of(DigestLetters, letters=(sample_of(DigestLetter, number="O12", why="held back"),)),
    )
    unread: DigestLetters = field_help(
        "Letters that wait until DNS gives an answer about their senders.",
        sample=sample_of(
            DigestLetters, letters=(sample_of(DigestLetter, number="I40", why="DNS gives no answer"),)
        ),
    )
    mailboxes: tuple[DigestMailbox, ...] = field_help(
        "Mailboxes that cannot be read.", sample=(sample_of(DigestMailbox),)
    )
    texts: tuple[DigestText, ...] = field_help(
        "Your own texts that are broken.", sample=(sample_of(DigestText),), optional=True
    )


def digest(
    library: OurLibrary,
    day: str,
    groups: Sequence[tuple[str, Sequence[DigestRequest]]],
    waiting: int,
    *,
    put_off: Sequence[tuple[str, Sequence[DigestRequest]]] = (),
    idle: Sequence[tuple[str, Sequence[DigestRequest]]] = (),
    unplaced: Sequence[DigestLetter] = (),
    unplaced_count: int = 0,
    unsent: Sequence[DigestLetter] = (),
    stuck: int = 0,
    unread: Sequence[DigestLetter] = (),
    mailboxes: Sequence[DigestMailbox] = (),
    texts: Sequence[DigestText] = (),
) -> StaffDigest:
    """The day's letter with its counts made from what stands in it, so that the sum cannot lie.

    ``groups`` are (reason in words, requests), the most urgent first: a request that several
    reasons name stands in the first of its groups only, and a group without requests is left
    out. ``put_off`` are those that staff have put off, by their day. ``waiting`` counts the open requests
    that stand in none; ``idle`` are those of them of which no timer waits either, by the words of their
    state. ``stuck`` of ``unsent`` are moved by nothing but a person. Dates come as text.
    """
    made, later = tuple(_groups(groups)), tuple(_groups(put_off))
    needing, hidden = (sum(group.count for group in some) for some in (made, later))
    shelved = _letters(unplaced, unplaced_count)
    return StaffDigest(
        library=library,
        day=day,
        groups=made,
        needing=needing,
        put_off=later,
        hidden=hidden,
        waiting=waiting,
        idle=tuple(_groups(idle)),
        all_open=needing + hidden + waiting,
        letters_needing=shelved.count + stuck,
        unplaced=shelved,
        unsent=_letters(unsent),
        unread=_letters(unread),
        mailboxes=tuple(mailboxes),
        texts=tuple(texts),
    )


def _groups(groups: Sequence[tuple[str, Sequence[DigestRequest]]]) -> Iterator[DigestGroup]:
    placed: set[str] = set()
    for reason, requests in groups:
        fresh = tuple({one.number: one for one in requests if one.number not in placed}.values())
        placed.update(one.number for one in fresh)
        if fresh:
            shown = fresh[:MOST_SHOWN]
            yield DigestGroup(reason=reason, count=len(fresh), requests=shown, more=len(fresh) - len(shown))


def _letters(letters: Sequence[DigestLetter], count: int = 0) -> DigestLetters:
    """``count``: how many there are, where not all of them are given."""
    shown, every = tuple(letters[:MOST_SHOWN]), max(count, len(letters))
    return DigestLetters(count=every, letters=shown, more=every - len(shown))
