"""The forms, as configured: whose letters they are, and how they are read."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from mailproc.config import Config, Partner, ProofName, RequestForm
from mailproc.flow.partners import Sender, accepts

if TYPE_CHECKING:  # loaded where a form is read
    from mailproc.protocols.form.reading import FormLabels


class Forms:
    """The sections [[form]]."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._all = config.form

    def claimed_by(self, sender: Sender) -> tuple[RequestForm, ...]:
        """Return the forms whose ``accepts_from`` holds the addresses of envelope and header."""
        return tuple(one for one in self._all if accepts(self._senders(one), sender))

    def speaker(self, form: RequestForm) -> RequestForm | Partner:
        """Return whose proofs count: a form without senders of its own is proven as its partner."""
        return self._partner(form) if not form.accepts_from and form.partner else form

    def proofs(self, form: RequestForm) -> tuple[ProofName, ...]:
        """Return what may prove a letter of the form, as ``Config.proofs_of`` does of a partner's."""
        speaker = self.speaker(form)
        if isinstance(speaker, Partner):
            return self._config.proofs_of(speaker)
        return form.proof or (("none",) if self._config.deliver.mode == "folder" else ())

    def labels(self, form: RequestForm) -> "FormLabels":
        return self._labels[form.name]

    def _senders(self, form: RequestForm) -> tuple[str, ...]:
        speaker = self.speaker(form)
        if isinstance(speaker, Partner):
            return speaker.accepts_from or (speaker.address,)
        return speaker.accepts_from

    def _partner(self, form: RequestForm) -> Partner:
        named = form.partner.casefold()
        return next(one for one in self._config.partner if named in _names(one))

    @cached_property
    def _labels(self) -> "dict[str, FormLabels]":
        from mailproc.protocols.form.reading import labels_of

        return {one.name: labels_of(one.role, one.vocabulary, one.labels, one.services) for one in self._all}


def _names(partner: Partner) -> Iterator[str]:
    yield partner.symbol.casefold()
    yield from (alias.casefold() for alias in partner.aliases)
