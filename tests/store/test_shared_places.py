"""The mark of a place that machines share is on the disk before the store knows it."""

import os
import stat
from pathlib import Path

import pytest

from mailproc.store import shared_places


def test_a_mark_reaches_the_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = shared_places.of_documents(tmp_path)
    synced: list[bool] = []
    sync = os.fsync

    def noted(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            synced.append(place.mark.exists())
        sync(number)

    monkeypatch.setattr(os, "fsync", noted)
    mark = place.make()
    assert place.why_not(mark) == ""
    assert synced[-1:] == [True], "the folder, after the mark has its name"
