"""The ministries and their dated names, from the table kept as data."""

from __future__ import annotations

from common.tabular.parsing import normalise_title
from projects.models import Ministry, MinistryName
from projects.panorama.reference import ministry_labels


def ensure_ministries() -> dict[str, Ministry]:
    """Create the ministries and the names of the table that are missing; return them by code.

    What people changed is left as it is. Four queries at most.
    """
    names = {label.code: label.name for label in ministry_labels()}
    known = {ministry.code: ministry for ministry in Ministry.objects.all()}
    Ministry.objects.bulk_create(
        [Ministry(code=code, name=name) for code, name in names.items() if code not in known]
    )
    ministries = {ministry.code: ministry for ministry in Ministry.objects.all()}
    told = set(MinistryName.objects.values_list("ministry__code", "normalised_label", "valid_from"))
    MinistryName.objects.bulk_create(
        [
            MinistryName(
                ministry=ministries[label.code],
                label=label.label,
                normalised_label=normalise_title(label.label),
                valid_from=label.valid_from,
                valid_to=label.valid_to,
            )
            for label in ministry_labels()
            if (label.code, normalise_title(label.label), label.valid_from) not in told
        ]
    )
    return ministries
