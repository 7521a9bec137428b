"""The catalogue: stable codes, one column each, documented."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from indicators.catalogue import BY_CODE, BY_KEY, INDICATORS
from indicators.documentation import indicators_page
from indicators.formulas.drift import gap_rate
from indicators.models import IndicatorSnapshot
from indicators.selectors.sources import _READERS

# Codes that were published: none may disappear or change its key.
PUBLISHED = {
    "DR-07": "cost_gap_rate",
    "DR-08": "schedule_gap_rate",
    "EV-03": "cpi",
    "EV-05": "eac_cpi",
    "ES-03": "spi_t",
    "BX-01": "ae_commitment_rate",
    "BX-02": "cp_consumption_rate",
    "BX-06": "left_to_pay",
}


def test_codes_and_keys_are_unique_and_well_formed() -> None:
    assert len(BY_CODE) == len(BY_KEY) == len(INDICATORS)
    assert all(re.fullmatch(r"[A-Z]{2}-[0-9]{2}", code) for code in BY_CODE)


@pytest.mark.parametrize(("code", "key"), PUBLISHED.items())
def test_a_published_code_keeps_its_key(code: str, key: str) -> None:
    assert BY_CODE[code].key == key


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_indicator_has_a_column_a_formula_and_inputs_that_can_be_justified(
    code: str,
) -> None:
    indicator = BY_CODE[code]
    names = {field.name for field in IndicatorSnapshot._meta.get_fields()}
    assert indicator.key in names
    assert indicator.formula
    assert indicator.source
    assert set(indicator.inputs) <= names & set(_READERS)


def test_the_page_of_the_indicators_is_the_one_of_the_catalogue() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert page == indicators_page(), "run manage.py document_indicators"


def test_a_negative_cost_gap_is_kept_and_not_clipped() -> None:
    assert gap_rate(np.array([100.0]), np.array([92.5])).value[0] == -0.075
