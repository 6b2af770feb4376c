"""What one source said about one session."""

from dataclasses import FrozenInstanceError, replace
from datetime import date, datetime

import pandas as pd
import pytest

from signals.core.field import Axis
from signals.core.snapshot import Dataset
from tests.builders import snapshot

DAY = date(2025, 2, 11)
ONE = snapshot(Dataset.SHARES, DAY, {"560850": {"shares": 1e8}})


@pytest.mark.parametrize("which", ["fetched_at", "known_at"])
def test_a_moment_without_a_zone_is_refused(which: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(ONE, **{which: datetime(2025, 2, 11, 21, 0)})  # noqa: DTZ001


def test_a_code_that_stands_in_a_table_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        replace(ONE, table=pd.DataFrame({"shares": [1.0, 2.0]}, index=["560850", "560850"]))


def test_a_snapshot_is_never_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ONE.day = DAY  # type: ignore[misc]


@pytest.mark.parametrize("dataset", list(Dataset))
def test_the_fields_of_a_dataset_are_about_one_thing(dataset: Dataset) -> None:
    assert {one.axis for one in dataset.fields} <= {dataset.axis}


def test_a_profile_has_words_instead_of_figures() -> None:
    assert Dataset.PROFILE.fields == ()
    assert Dataset.PROFILE.axis is Axis.FUND


def test_a_field_belongs_to_one_dataset() -> None:
    fields = [one for dataset in Dataset for one in dataset.fields]
    assert len(fields) == len(set(fields))
