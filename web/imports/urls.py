"""Addresses of the imports."""

from __future__ import annotations

from django.urls import path

from web.imports import batch_views, draft_views, mapping_views, matching_views, views

_DRAFT = "imports/preparation/<int:pk>/"
_LINE = f"{_DRAFT}lignes/<slug:table>/<int:line>/"
_BATCH = "imports/lots/<str:code>/"
_MAPPING = "imports/correspondances/<slug:code>/"

urlpatterns = [
    path("imports/", views.ImportListView.as_view(), name="imports"),
    path("imports/deposer/", views.DepositView.as_view(), name="import-deposit"),
    path(_DRAFT, draft_views.DraftView.as_view(), name="import-draft"),
    path(f"{_DRAFT}verifier/", draft_views.CheckView.as_view(), name="import-check"),
    path(_LINE, draft_views.LineView.as_view(), name="import-line"),
    path(f"{_LINE}ecarter/", draft_views.SetAsideView.as_view(), name="import-set-aside"),
    path(f"{_LINE}reprendre/", draft_views.TakeBackView.as_view(), name="import-take-back"),
    path(f"{_DRAFT}confirmer/", draft_views.ConfirmView.as_view(), name="import-confirm"),
    path(f"{_DRAFT}enregistrer/", draft_views.CommitView.as_view(), name="import-commit"),
    path(f"{_DRAFT}reouvrir/", draft_views.ReopenView.as_view(), name="import-reopen"),
    path(f"{_DRAFT}abandonner/", draft_views.AbandonView.as_view(), name="import-abandon"),
    path(f"{_DRAFT}rejets/<slug:table>/", draft_views.RejectsView.as_view(), name="import-rejects"),
    path(f"{_DRAFT}fichiers/<int:position>/", batch_views.FileView.as_view(), name="import-file"),
    path(
        f"{_DRAFT}correspondance/<int:position>/",
        matching_views.MatchView.as_view(),
        name="import-match",
    ),
    path(
        "imports/correspondances/",
        mapping_views.MappingListView.as_view(),
        name="import-mappings",
    ),
    path(
        "imports/correspondances/modeles/",
        mapping_views.LoadLayoutsView.as_view(),
        name="import-load-layouts",
    ),
    path(_MAPPING, mapping_views.MappingView.as_view(), name="import-mapping"),
    path(
        f"{_MAPPING}modifier/", mapping_views.MappingEditView.as_view(), name="import-mapping-edit"
    ),
    path(
        f"{_MAPPING}fermer/", mapping_views.MappingCloseView.as_view(), name="import-mapping-close"
    ),
    path(_BATCH, batch_views.BatchView.as_view(), name="import-batch"),
    path(f"{_BATCH}annuler/", batch_views.UndoView.as_view(), name="import-undo"),
    path(f"{_BATCH}demander/", batch_views.RequestUndoView.as_view(), name="import-undo-request"),
    path(f"{_BATCH}confirmer/", batch_views.ConfirmUndoView.as_view(), name="import-undo-confirm"),
    path(f"{_BATCH}renoncer/", batch_views.WithdrawUndoView.as_view(), name="import-undo-withdraw"),
]
