"""Addresses of the pages of the programming."""

from __future__ import annotations

from django.urls import path

from web.programming import scenario_acts, scenario_compare, scenarios, steps
from web.programming.cells import CellsView, StateView
from web.programming.compare import CompareView
from web.programming.deriving import DeriveView
from web.programming.lines import LineCreateView, LineView, PutBackView, TakeOutView
from web.programming.lists import ProgrammedLinesView, ProgrammingView
from web.programming.matching import MatchView
from web.programming.notes import NoteView
from web.programming.sheet import GroupView, PrintView, SheetView
from web.programming.threads import ThreadView
from web.programming.versions import VersionCreateView
from web.programming.workbooks import WorkbookFileView, WorkbookView

_VERSION = "budget/programmation/<int:year>/V<int:number>/"
_SCENARIOS = f"{_VERSION}scenarios/"
_SCENARIO = "budget/programmation/scenarios/<int:pk>/"

urlpatterns = [
    path("budget/programmation/", ProgrammingView.as_view(), name="programming"),
    path(
        "budget/programmation/<int:pk>/lignes/",
        ProgrammedLinesView.as_view(),
        name="programming-lines",
    ),
    path("budget/programmation/nouvelle/", VersionCreateView.as_view(), name="programming_create"),
    path(_VERSION, SheetView.as_view(), name="programming_version"),
    path(f"{_VERSION}groupe/", GroupView.as_view(), name="programming_group"),
    path(f"{_VERSION}cellules/", CellsView.as_view(), name="programming_cells"),
    path(f"{_VERSION}rapprocher/", MatchView.as_view(), name="programming_match"),
    path(f"{_VERSION}etat/", StateView.as_view(), name="programming_state"),
    path(f"{_VERSION}comparer/", CompareView.as_view(), name="programming_compare"),
    path(f"{_VERSION}deriver/", DeriveView.as_view(), name="programming_derive"),
    path(f"{_VERSION}classeur/", WorkbookView.as_view(), name="programming_workbook"),
    path(
        f"{_VERSION}classeur.ods",
        WorkbookFileView.as_view(),
        {"wanted": "ods"},
        name="programming_workbook_ods",
    ),
    path(
        f"{_VERSION}classeur.xlsx",
        WorkbookFileView.as_view(),
        {"wanted": "xlsx"},
        name="programming_workbook_xlsx",
    ),
    path(f"{_VERSION}impression/", PrintView.as_view(), name="programming_print"),
    path(f"{_VERSION}ligne/nouvelle/", LineCreateView.as_view(), name="programming_line_create"),
    path(f"{_VERSION}ligne/<int:pk>/", LineView.as_view(), name="programming_line"),
    path(
        f"{_VERSION}ligne/<int:pk>/commentaires/", ThreadView.as_view(), name="programming_thread"
    ),
    path(
        f"{_VERSION}ligne/<int:pk>/retirer/",
        TakeOutView.as_view(),
        name="programming_line_take_out",
    ),
    path(
        f"{_VERSION}ligne/<int:pk>/remettre/",
        PutBackView.as_view(),
        name="programming_line_put_back",
    ),
    path(f"{_VERSION}etapes/", steps.VersionStepsView.as_view(), name="programming-steps"),
    path(
        f"{_VERSION}etapes/dossiers/", steps.ManyFilesView.as_view(), name="programming-many-steps"
    ),
    path(
        "budget/programmation/dossiers/<int:pk>/",
        steps.FileStepsView.as_view(),
        name="programming-file",
    ),
    path(
        "budget/programmation/dossiers/<int:pk>/note/",
        NoteView.as_view(),
        name="programming-file-note",
    ),
    path(_SCENARIOS, scenarios.ScenariosView.as_view(), name="scenarios"),
    path(f"{_SCENARIOS}nouveau/", scenarios.ScenarioCreateView.as_view(), name="scenario_create"),
    path(
        f"{_SCENARIOS}comparer/",
        scenario_compare.ScenarioCompareView.as_view(),
        name="scenario_compare",
    ),
    path(_SCENARIO, scenarios.ScenarioView.as_view(), name="scenario"),
    path(f"{_SCENARIO}changer/", scenario_acts.ChangeView.as_view(), name="scenario_change"),
    path(f"{_SCENARIO}accepter/", scenario_acts.AcceptView.as_view(), name="scenario_accept"),
    path(f"{_SCENARIO}abandonner/", scenario_acts.AbandonView.as_view(), name="scenario_abandon"),
]
