"""The twelve fictitious projects, what is told of each; amounts and days come from the seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """A re-estimate: months after the start, share of cost added, months added, and why."""

    after: int
    cost: float
    months: int
    reason: str


@dataclass(frozen=True)
class ProjectSpec:
    """One project. `cost` is in euros TTC, `months` the first planned duration.

    `pace` is the speed of the work (1 = as planned), `cpi` what a euro spent earns. A project
    without `cost` has no baseline; one that is not `planned` has no monthly plan.
    """

    code: str
    title: str
    programme: str
    start: dt.date
    months: int
    cost: int
    phase: str
    authority: str
    zone: str
    pace: float = 1.0
    cpi: float = 1.0
    planned: bool = True
    reported: bool = True
    spends: bool = True
    is_interministerial: bool = False
    has_manager: bool = False
    rebaselined_after: int = 0
    revisions: tuple[Revision, ...] = ()
    aliases: tuple[str, ...] = ()


PROGRAMMES = (
    ("DNE-SN", "Services numériques (exemple)"),
    ("DNE-TN", "Transformation numérique (exemple)"),
    ("DNE-SOCLE", "Socle numérique (exemple)"),
)

_FAMILIES = "Gestion de la relation avec l'usager"
_SCHOOL = "Éducation, formation, recherche"
_PEOPLE = "Gestion des ressources humaines"
_BASE = "Infrastructures et services de base"
_ACCESS = "Gestion et contrôle des accès"

PROJECTS = (
    ProjectSpec(
        "EX-01", "Espace numérique des familles", "DNE-SN", dt.date(2024, 9, 1), 36, 6_200_000,
        "build", "DGESCO", _FAMILIES, pace=0.99, cpi=1.02, has_manager=True,
        aliases=("Projet d'exemple Portail des familles",),
        revisions=(Revision(14, 0.02, 0, "Ajustement des charges de recette"),),
    ),
    ProjectSpec(
        "EX-02", "Gestion des examens et concours", "DNE-SN", dt.date(2023, 3, 1), 48, 14_800_000,
        "build", "DGESCO", _SCHOOL, pace=0.78, cpi=0.82, has_manager=True,
        revisions=(
            Revision(12, 0.06, 3, "Périmètre étendu aux concours de recrutement"),
            Revision(24, 0.15, 8, "Reprise de données plus lourde que prévu"),
            Revision(36, 0.24, 14, "Report de la généralisation d'une session"),
        ),
    ),
    ProjectSpec(
        "EX-03", "Ressources humaines des enseignants", "DNE-SN", dt.date(2023, 1, 1), 60,
        28_500_000, "build", "SG", _PEOPLE, pace=0.94, cpi=0.95, rebaselined_after=29,
        revisions=(
            Revision(18, 0.08, 4, "Évolution réglementaire de la paie"),
            Revision(29, 0.18, 9, "Nouvelle trajectoire approuvée en comité"),
            Revision(40, 0.21, 10, "Lot mobilité reporté"),
        ),
    ),
    ProjectSpec(
        "EX-04", "Réseau des établissements", "DNE-SOCLE", dt.date(2023, 6, 1), 42, 9_600_000,
        "rollout", "SG", _BASE, pace=0.82, cpi=0.97, has_manager=True,
        revisions=(
            Revision(15, 0.03, 4, "Raccordements retardés par les travaux de voirie"),
            Revision(30, 0.05, 9, "Déploiement reporté dans deux académies"),
        ),
    ),
    ProjectSpec(
        "EX-05", "Plateforme de formation", "DNE-TN", dt.date(2025, 1, 1), 30, 3_400_000,
        "pilot", "JOINT", _SCHOOL, pace=1.04, cpi=1.05, has_manager=True,
        revisions=(Revision(12, -0.03, -1, "Réemploi d'un composant existant"),),
    ),
    ProjectSpec(
        "EX-06", "Orientation et affectation", "DNE-SN", dt.date(2024, 1, 1), 40, 11_200_000,
        "build", "MESR", _FAMILIES, pace=0.96, cpi=0.8,
        revisions=(
            Revision(10, 0.09, 0, "Charges d'intégration sous-estimées"),
            Revision(26, 0.22, 2, "Montée en charge des serveurs de la campagne"),
        ),
    ),
    ProjectSpec(
        "EX-07", "Identité numérique des élèves", "DNE-SOCLE", dt.date(2024, 4, 1), 36, 4_900_000,
        "pilot", "SG", _ACCESS, pace=0.93, cpi=0.98, is_interministerial=True, has_manager=True,
        revisions=(Revision(18, 0.03, 2, "Raccordement au fournisseur d'identité"),),
    ),
    ProjectSpec(
        "EX-08", "Entrepôt de données décisionnel", "DNE-SN", dt.date(2026, 5, 1), 24, 0,
        "framing", "SG", "Pilotage et décision", planned=False, reported=False,
    ),
    ProjectSpec(
        "EX-09", "Messagerie et visioconférence", "DNE-SOCLE", dt.date(2023, 1, 1), 36, 7_300_000,
        "completed", "SG", _BASE, pace=0.95, cpi=1.01,
        revisions=(Revision(20, 0.02, 2, "Bascule des boîtes partagées décalée"),),
    ),
    ProjectSpec(
        "EX-10", "Ressources pédagogiques en ligne", "DNE-TN", dt.date(2025, 3, 1), 28, 2_600_000,
        "build", "DGESCO", _SCHOOL, planned=False, reported=False,
    ),
    ProjectSpec(
        "EX-11", "Accessibilité des téléservices", "DNE-TN", dt.date(2027, 1, 1), 24, 1_800_000,
        "framing", "JOINT", _FAMILIES, reported=False, spends=False, has_manager=True,
    ),
    ProjectSpec(
        "EX-12", "Sécurité des systèmes académiques", "DNE-SOCLE", dt.date(2024, 10, 1), 48,
        12_400_000, "rollout", "SG", _BASE, pace=0.88, cpi=0.92, is_interministerial=True,
        revisions=(Revision(16, 0.07, 5, "Audit de sécurité et remédiation"),),
    ),
)  # fmt: skip

# code, name, kind, country
PARTNERS = (
    ("EX-P1", "Société d'exemple Alizé", "company", "FR"),
    ("EX-P2", "Société d'exemple Brume", "company", "FR"),
    ("EX-P3", "Société d'exemple Cirrus", "company", "FR"),
    ("EX-P4", "Société d'exemple Dune", "company", "BE"),
    ("EX-P5", "Opérateur d'exemple Estuaire", "operator", "FR"),
    ("EX-P6", "Académie d'exemple Falaise", "academy", "FR"),
    ("EX-P7", "Région d'exemple Garrigue", "region", "FR"),
    ("EX-P8", "Association d'exemple Horizon", "association", "FR"),
)


@dataclass(frozen=True)
class ContractSpec:
    """A contract: what it is, who holds it, which projects it serves (the first one pays)."""

    code: str
    title: str
    kind: str
    holder: str
    vat: str
    projects: tuple[str, ...]
    amendments: tuple[str, ...] = ()


CONTRACTS = (
    ContractSpec("EX-M01", "Conception et réalisation de l'espace des familles", "contract",
                 "EX-P1", "20", ("EX-01",), ("Ajout d'un lot d'accessibilité",)),
    ContractSpec("EX-M02", "Hébergement de l'espace des familles", "call_off_contract",
                 "EX-P3", "20", ("EX-01",)),
    ContractSpec("EX-M03", "Réalisation de la gestion des examens", "contract", "EX-P2", "20",
                 ("EX-02",), ("Extension aux concours", "Prolongation d'une session")),
    ContractSpec("EX-M04", "Intégration du système de ressources humaines", "contract", "EX-P4",
                 "20", ("EX-03",), ("Révision du calendrier",)),
    ContractSpec("EX-M05", "Assistance à maîtrise d'ouvrage RH", "framework_agreement", "EX-P1",
                 "20", ("EX-03", "EX-08")),
    ContractSpec("EX-M06", "Équipements du réseau des établissements", "contract", "EX-P3", "20",
                 ("EX-04",), ("Ajout de sites",)),
    ContractSpec("EX-M07", "Convention de raccordement des lycées", "agreement", "EX-P7", "0",
                 ("EX-04",)),
    ContractSpec("EX-M08", "Convention pour la plateforme de formation", "agreement", "EX-P5", "0",
                 ("EX-05",)),
    ContractSpec("EX-M09", "Réalisation de l'orientation et de l'affectation", "contract", "EX-P2",
                 "20", ("EX-06",), ("Serveurs de la campagne",)),
    ContractSpec("EX-M10", "Fourniture d'identité des élèves", "contract", "EX-P4", "20",
                 ("EX-07", "EX-01")),
    ContractSpec("EX-M11", "Étude de cadrage de l'entrepôt de données", "purchase_order", "EX-P1",
                 "20", ("EX-08",)),
    ContractSpec("EX-M12", "Service de messagerie", "contract", "EX-P3", "20", ("EX-09",),
                 ("Bascule des boîtes partagées",)),
    ContractSpec("EX-M13", "Subvention pour des ressources en ligne", "grant", "EX-P8", "0",
                 ("EX-10",)),
    ContractSpec("EX-M14", "Supervision de la sécurité des académies", "contract", "EX-P4", "20",
                 ("EX-12",), ("Remédiation après audit",)),
    ContractSpec("EX-M15", "Convention d'exploitation académique", "agreement", "EX-P6", "0",
                 ("EX-12", "EX-04", "EX-09")),
)  # fmt: skip
