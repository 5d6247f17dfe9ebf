"""Statistics as tables for people at a terminal."""

from mailproc.cli import output
from mailproc.flow.context import Context
from mailproc.office.queries.statistics import Grouping, Statistics
from mailproc.office.wording import statistics_words


def show(found: Statistics, by: Grouping | None, context: Context) -> None:
    """Print them, an empty line between two tables."""
    language = context.language
    words = language.texts.labels["stats"]
    for place, one in enumerate(statistics_words.tables(found, by, language)):
        if place:
            output.line()
        output.table(one.columns, one.rows, words["empty"])
    if found.uncounted:
        output.line(language.label("stats", "uncounted", count=found.uncounted))
