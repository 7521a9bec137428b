"""Addresses of the documents, comments and notifications."""

from __future__ import annotations

from django.urls import path

from web.records import attachment_views as documents
from web.records import comment_views as comments
from web.records import notification_views as notifications

_OF = "<slug:kind>/<path:code>"

urlpatterns = [
    path("pieces-jointes/<int:pk>/", documents.AttachmentView.as_view(), name="attachment"),
    path(
        "pieces-jointes/<int:pk>/decrire/",
        documents.DescribeView.as_view(),
        name="attachment_describe",
    ),
    path(
        "pieces-jointes/<int:pk>/remplacer/",
        documents.ReplaceView.as_view(),
        name="attachment_replace",
    ),
    path(
        "pieces-jointes/<int:pk>/retirer/",
        documents.WithdrawView.as_view(),
        name="attachment_withdraw",
    ),
    path(
        "pieces-jointes/<int:pk>/telecharger/<int:number>/",
        documents.DownloadView.as_view(),
        name="attachment_download",
    ),
    path("pieces-jointes/joindre/" + _OF + "/", documents.AttachView.as_view(), name="attach"),
    path("commentaires/<int:pk>/repondre/", comments.AnswerView.as_view(), name="comment_answer"),
    path("commentaires/<int:pk>/modifier/", comments.EditView.as_view(), name="comment_edit"),
    path(
        "commentaires/<int:pk>/retirer/",
        comments.WithdrawCommentView.as_view(),
        name="comment_withdraw",
    ),
    path("commentaires/<int:pk>/resoudre/", comments.ResolveView.as_view(), name="comment_resolve"),
    path("commentaires/<int:pk>/rouvrir/", comments.ReopenView.as_view(), name="comment_reopen"),
    path("commentaires/ecrire/" + _OF + "/", comments.WriteView.as_view(), name="comment"),
    path("mentions/" + _OF + "/", comments.CompletionView.as_view(), name="mentions"),
    path("suivi/" + _OF + "/", comments.FollowView.as_view(), name="follow"),
    path("documents/" + _OF + "/", comments.RecordsView.as_view(), name="records"),
    path("notifications/", notifications.NotificationsView.as_view(), name="notifications"),
    path(
        "notifications/tout-lire/", notifications.ReadAllView.as_view(), name="notifications_read"
    ),
    path("notifications/<int:pk>/lire/", notifications.ReadView.as_view(), name="notification"),
    path("desabonnement/<str:token>/", notifications.UnsubscribeView.as_view(), name="unsubscribe"),
]
