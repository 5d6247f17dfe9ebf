"""What staff should know before a request of ours leaves: that our own catalogue has the item."""

from collections.abc import Iterator, Sequence

from mailproc.flow.context import Context
from mailproc.ill import holding
from mailproc.ill.holding import Holding, LookUp
from mailproc.notices.holding import in_words
from mailproc.office.queries import holdings
from mailproc.sentence import Sentence, sentence

HELD = "own-copy"
"""Of the checks of an entry: that staff order what we hold stands in the history."""


def held(looked: Sequence[LookUp], context: Context) -> Sentence | None:
    """Return word of a copy of ours, of exactly this number."""
    return next((_said(HELD, copy, context) for copy, sure in _copies(looked, context) if sure), None)


def perhaps_held(looked: Sequence[LookUp], context: Context) -> Sentence | None:
    """Return word of a copy of ours that was found by words, or of which the configuration only warns."""
    found = next((copy for copy, sure in _copies(looked, context) if not sure), None)
    return _said("own-copy-warned", found, context) if found is not None else None


def unasked(looked: Sequence[LookUp]) -> Sentence | None:
    """Return why we do not know whether we hold it."""
    for one in looked:
        if one.fault and one.use == "own":
            return sentence("own-copy-unknown", catalogue=one.catalogue, why=one.fault.parts)
    return None


def _copies(looked: Sequence[LookUp], context: Context) -> Iterator[tuple[Holding, bool]]:
    """Give our best copy in each catalogue, and whether a request for it is refused."""
    refusing = {one.name for one in context.config.catalogue if one.held == "refuse"}
    for one in looked:
        if copy := holding.best(holdings.ours([one], context)):
            yield copy, one.answer.searched_by != "title" and one.catalogue in refusing


def _said(code: str, copy: Holding, context: Context) -> Sentence:
    copied = in_words(copy, context.language, context.today())
    if code != HELD and copy.title not in copied:
        copied = f"{copy.title}: {copied}"
    return sentence(code, catalogue=copy.source, copy=copied)
