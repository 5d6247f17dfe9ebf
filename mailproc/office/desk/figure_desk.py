"""Figures at the desk: made once in some minutes, however many look at them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailproc.errors import TryLater
from mailproc.office.desk import figure_pages
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.figure_pages import FiguresPage
from mailproc.office.queries.statistics import Statistics, StatisticsFilter, statistics
from mailproc.office.wording import statistics_csv
from mailproc.sentence import sentence

KEPT = timedelta(minutes=5)
MOST = 30
"""Answers in memory."""
PATIENCE = 5.0
"""Seconds for which one waits while figures for somebody else are made."""


@dataclass(frozen=True)
class MadeFigures:
    """Figures, and when they were made."""

    at: datetime
    figures: Statistics


@dataclass
class MadeLately:
    """What was made lately. One reader of a million rows at a time: the others have their pages."""

    made: dict[StatisticsFilter, MadeFigures] = field(default_factory=dict)
    making: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class FigureDesk(DeskRoom):
    """Figures. ``chosen``: from (a day), to, by (a ``Grouping``), role; what is none of these chooses
    nothing."""

    kept: MadeLately = field(default_factory=MadeLately, repr=False)

    def page(self, chosen: Mapping[str, str]) -> FiguresPage:
        """Return the page."""
        wanted = figure_pages.wanted(chosen, self.context)
        made = self._made(wanted)
        return figure_pages.page(made.figures, made.at, wanted, self.context)

    def csv(self, chosen: Mapping[str, str]) -> str:
        """Return the same figures for a spreadsheet."""
        return statistics_csv.written(self._made(figure_pages.wanted(chosen, self.context)).figures.groups)

    def _made(self, wanted: StatisticsFilter) -> MadeFigures:
        if known := self._known(wanted):
            return known
        if not self.kept.making.acquire(timeout=PATIENCE):
            raise TryLater(sentence("figures-being-made"))
        try:
            return self._known(wanted) or self._make(wanted)
        finally:
            self.kept.making.release()

    def _known(self, wanted: StatisticsFilter) -> MadeFigures | None:
        found = self.kept.made.get(wanted)
        return found if found is not None and found.at > self.context.clock() - KEPT else None

    def _make(self, wanted: StatisticsFilter) -> MadeFigures:
        with self.store.read() as connection:
            made = MadeFigures(self.context.clock(), statistics(connection, self.context, wanted))
        self.kept.made.pop(wanted, None)
        self.kept.made[wanted] = made
        while len(self.kept.made) > MOST:
            del self.kept.made[next(iter(self.kept.made))]
        return made
