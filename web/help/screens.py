"""The terms of each screen, by their names in code: the help of a section of the menu."""

from __future__ import annotations

from web.help.glossary import Term, terms_by_code

SCREENS: dict[str, tuple[str, ...]] = {
    "dashboard": (
        "weather",
        "cost_gap_rate",
        "full_cost",
        "ae_opened",
        "cp_opened",
        "slip_days",
    ),
    "projects": (
        "weather",
        "framing",
        "full_cost",
        "cost_gap_rate",
        "slip_days",
        "percent_complete",
        "planned_value",
        "earned_schedule",
        "left_to_pay",
        "business_owner",
    ),
    "movements": (
        "ae_opened",
        "cp_opened",
        "fiscal_year",
        "Commitment",
        "withdrawal",
        "service_done",
        "Payment",
        "freeze",
        "left_to_pay",
        "bop",
    ),
    "contracts": (
        "contract",
        "Partner",
        "Amendment",
        "lot",
        "renewal",
        "price_revision",
        "amount_excl_tax",
        "Commitment",
    ),
    "indicators": (
        "cost_gap_rate",
        "planned_value",
        "earned_schedule",
        "npv",
        "ae_opened",
        "left_to_pay",
    ),
    "panorama": ("framing", "functional_zone", "full_cost", "cost_gap_rate"),
}


def terms_of(section: str) -> list[Term]:
    """Return the terms of a section, in the order of the screen; none for an unknown one."""
    known = terms_by_code()
    found = [known[code] for code in SCREENS.get(section, ()) if code in known]
    return list(dict.fromkeys(found))
