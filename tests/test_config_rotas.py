"""[[rota]] in config.toml: what is warned of."""

from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config_load import warn
from tests.test_config_forms import PARTNERS


def test_a_partner_outside_the_countries_of_a_rule_is_warned_of(tmp_path: Path) -> None:
    rule = '[[rota]]\nname = "all"\npartners = ["UK-BL"]\ncountries = ["DE"]\ncost_up_to = 5\n'
    (tmp_path / "config.toml").write_text(PARTNERS + rule, encoding="utf-8")
    config = config_load.load(tmp_path / "config.toml", lambda _config: iter(()))
    told = [one for one in warn.warnings(config) if one.startswith("rota all")]
    assert told == ["rota all: UK-BL is in none of its countries, and is not asked"]


@pytest.mark.parametrize(
    ("costs", "services", "warned"),
    [("", "", True), ("loan_cost = 0\n", "", True), ("loan_cost = 0\n", 'services = ["LOAN"]\n', False)],
)
def test_a_rule_that_orders_by_a_cost_that_nobody_entered_is_warned_of(
    tmp_path: Path, costs: str, services: str, warned: bool
) -> None:
    lending = f"[partner.lending]\n{costs}"
    partners = PARTNERS.replace('proof = ["none"]\n\n', f'proof = ["none"]\n{lending}\n', 1)
    rule = f'[[rota]]\nname = "all"\npartners = ["UK-BL"]\norder = ["cost"]\n{services}'
    (tmp_path / "config.toml").write_text(partners + rule, encoding="utf-8")
    config = config_load.load(tmp_path / "config.toml", lambda _config: iter(()))
    assert any(one.startswith("rota all: the cost of UK-BL") for one in warn.warnings(config)) is warned
