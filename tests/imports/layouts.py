"""Invented accounting extracts, each in a layout of its own; none comes from a real system."""

from __future__ import annotations

import datetime as dt

from tests.common.tabular_files import xlsx

# Commitments: a preamble, `;`, Windows-1252, dates with points, signs behind, a line of totals.
COMMITMENTS = "\r\n".join(
    [
        "Restitution des engagements juridiques;;;;;;;",
        "Périmètre : DNE;;;;;;;",
        "Édité le 20.11.2026;;;;;;;",
        ";;;;;;;",
        "N° EJ;N° de poste;Centre financier;Projet;Objet;Montant engagé;Date EJ;Exercice",
        "1012345678;10;0214-UO1;A-1;Réalisation;12 400,00;30.09.2026;2026",
        "1012345678;20;0214-UO1;A-1;Réalisation;1 600,50;30.09.2026;2026",
        "1012345679;10;0214-UO1;;Études;250,00-;02.10.2026;2026",
        "Sous-total UO;;;;;13 750,50;;",
        "N° EJ;N° de poste;Centre financier;Projet;Objet;Montant engagé;Date EJ;Exercice",
        "1012345680;10;0214-UO1;A-1;Conseil;100,00;05.10.2026;2026",
        "Total général;;;;;13 850,50;;",
        "",
    ]
).encode("cp1252")


def payments() -> bytes:
    """Payments: a workbook whose headings are merged over two rows, below a title."""
    rows = [
        ["Demandes de paiement", None, None, None, None, None],
        ["N° de pièce", "Engagement", None, "Paiement", None, "Exercice"],
        [None, "Numéro", "Date", "Montant", "Date", None],
        ["P-1", "EJ-1-1", dt.date(2025, 1, 15), 150.25, dt.date(2026, 10, 1), 2026],
        ["P-2", "EJ-1-1", dt.date(2025, 1, 15), 49.75, dt.date(2026, 10, 2), 2026],
        [None, "Résultat", None, 200.0, None, None],
    ]
    return xlsx({"Extraction": rows, "Lisez-moi": [["Notes"]]})


# Credits: thousands of euros, kinds in words, no column for the exercise.
CREDITS = "\n".join(
    [
        "N° de mouvement\tUO\tNature\tCrédits AE\tCrédits CP\tDate de valeur",
        "M-1\t0214-UO1\tLFI\t1 500\t1 200,5\t01/01/2026",
        "M-2\t0214-UO1\tGel\t15\t12,005\t05/01/2026",
        "Total\t\t\t1 515\t1 212,505\t",
        "",
    ]
).encode()

# Service done: the other sign, days without separators, two separators that are both regular.
SERVICE_DONE = "\n".join(
    [
        "Numéro de service fait;N° EJ;Montant certifié;Date SF;Exercice;Lieu, site",
        "SF-9;EJ-1-1;-40,50;20260930;2026;Paris, siège",
        "SF-10;EJ-1-1;10,25;20261001;2026;Lyon, site",
        "",
    ]
).encode()
