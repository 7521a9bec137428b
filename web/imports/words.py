"""The titles of the tables and columns of `schemas/`, as people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from records.importing.schema import load_schemas

# The schemas are data: their titles stand here so that they can be translated. A test compares.
TITLES = {
    "AE": _("AE"),
    "Advance": _("Advance"),
    "Amendments": _("Amendments"),
    "Amount": _("Amount"),
    "Amount (AE)": _("Amount (AE)"),
    "Amount (CP)": _("Amount (CP)"),
    "Amount HT": _("Amount HT"),
    "Amount TTC": _("Amount TTC"),
    "Approved on": _("Approved on"),
    "Baseline number": _("Baseline number"),
    "Baselines": _("Baselines"),
    "Budget nomenclature": _("Budget nomenclature"),
    "CP": _("CP"),
    "Code": _("Code"),
    "Comment": _("Comment"),
    "Commitment": _("Commitment"),
    "Commitments": _("Commitments"),
    "Committed on": _("Committed on"),
    "Contract": _("Contract"),
    "Contracts": _("Contracts"),
    "Country": _("Country"),
    "Credit movements": _("Credit movements"),
    "Data origin": _("Data origin"),
    "Decision reference": _("Decision reference"),
    "Description": _("Description"),
    "Done on": _("Done on"),
    "Duration in months": _("Duration in months"),
    "Edition date": _("Edition date"),
    "Effective on": _("Effective on"),
    "End date": _("End date"),
    "Estimates": _("Estimates"),
    "Fiscal year": _("Fiscal year"),
    "Full cost": _("Full cost"),
    "Functional zone": _("Functional zone"),
    "Funding": _("Funding"),
    "Holder": _("Holder"),
    "Identifier": _("Identifier"),
    "Interministerial": _("Interministerial"),
    "Kind": _("Kind"),
    "Kind of identifier": _("Kind of identifier"),
    "Label": _("Label"),
    "Legal basis": _("Legal basis"),
    "Legal reference (EJ)": _("Legal reference (EJ)"),
    "Ministry": _("Ministry"),
    "Month": _("Month"),
    "Name": _("Name"),
    "New end date": _("New end date"),
    "Nomenclature node": _("Nomenclature node"),
    "Notified on": _("Notified on"),
    "Number": _("Number"),
    "Other titles": _("Other titles"),
    "Paid on": _("Paid on"),
    "Parent": _("Parent"),
    "Partners": _("Partners"),
    "Payment request (DP)": _("Payment request (DP)"),
    "Payments": _("Payments"),
    "Phase": _("Phase"),
    "Physical progress": _("Physical progress"),
    "Planned values": _("Planned values"),
    "Portfolio node": _("Portfolio node"),
    "Portfolio tree": _("Portfolio tree"),
    "Progress reports": _("Progress reports"),
    "Project": _("Project"),
    "Project manager": _("Project manager"),
    "Projects": _("Projects"),
    "Reason": _("Reason"),
    "Reported on": _("Reported on"),
    "Service done": _("Service done"),
    "Signed on": _("Signed on"),
    "Source reference": _("Source reference"),
    "Start date": _("Start date"),
    "Subject": _("Subject"),
    "Supervising authority": _("Supervising authority"),
    "Title": _("Title"),
    "VAT rate": _("VAT rate"),
    "Valid from": _("Valid from"),
    "Valid to": _("Valid to"),
    "Version of the document": _("Version of the document"),
    "Weather": _("Weather"),
}


def title_of_table(name: str) -> str:
    """Return the title of a table of the schemas; its name when there is no such table any more."""
    schema = load_schemas().get(name)
    return title_of(schema.title) if schema else name


def title_of(text: str) -> str:
    """Return a title of the schemas in the language of the page."""
    return str(TITLES.get(text, text))
