"""The words of the audit log: what was done, to which kind of object, with which detail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import pgettext_lazy

from accounts.enums import Resource

# Events keep their code for ever; these are the words of the page. A test compares with the code.
VERBS = {
    "abandoned": pgettext_lazy("audit event", "deposit abandoned"),
    "absence_cancelled": pgettext_lazy("audit event", "absence cancelled"),
    "absence_declared": pgettext_lazy("audit event", "absence declared"),
    "act_cancelled": pgettext_lazy("audit event", "act on credits cancelled"),
    "alert_acknowledged": pgettext_lazy("audit event", "alert acknowledged"),
    "activities_copied": pgettext_lazy("audit event", "activities copied to another exercise"),
    "archived": pgettext_lazy("audit event", "archiving"),
    "attached": pgettext_lazy("audit event", "document attached"),
    "baselined": pgettext_lazy("audit event", "baseline approved"),
    "break_glass_login": pgettext_lazy("audit event", "log-in by an emergency account"),
    "ceiling_attested": pgettext_lazy("audit event", "ceiling attested"),
    "ceiling_proposed": pgettext_lazy("audit event", "ceiling proposed"),
    "ceiling_refused": pgettext_lazy("audit event", "ceiling refused"),
    "cells_edited": pgettext_lazy("audit event", "programmed amounts changed"),
    "cells_undone": pgettext_lazy("audit event", "change of programmed amounts undone"),
    "closed": pgettext_lazy("audit event", "closing"),
    "comment_edited": pgettext_lazy("audit event", "comment edited"),
    "comment_reopened": pgettext_lazy("audit event", "thread opened again"),
    "comment_resolved": pgettext_lazy("audit event", "thread resolved"),
    "comment_withdrawn": pgettext_lazy("audit event", "comment withdrawn"),
    "commented": pgettext_lazy("audit event", "comment"),
    "confirmed": pgettext_lazy("audit event", "anomalies confirmed"),
    "consumed": pgettext_lazy("audit event", "reservation consumed"),
    "corrected": pgettext_lazy("audit event", "correction"),
    "created": pgettext_lazy("audit event", "creation"),
    "delegation_given": pgettext_lazy("audit event", "delegation given"),
    "delegation_revoked": pgettext_lazy("audit event", "delegation revoked"),
    "deleted": pgettext_lazy("audit event", "deletion"),
    "deposited": pgettext_lazy("audit event", "files deposited"),
    "edited": pgettext_lazy("audit event", "edit"),
    "detached": pgettext_lazy("audit event", "line detached"),
    "emergency_asked": pgettext_lazy("audit event", "emergency access asked for"),
    "emergency_closed": pgettext_lazy("audit event", "emergency access closed early"),
    "emergency_opened": pgettext_lazy("audit event", "emergency access opened"),
    "emergency_over": pgettext_lazy("audit event", "emergency access over"),
    "emergency_refused": pgettext_lazy("audit event", "emergency access refused"),
    "emergency_reported": pgettext_lazy("audit event", "report of an emergency access"),
    "emergency_request": pgettext_lazy("audit event", "request under an emergency access"),
    "entity_reported": pgettext_lazy("audit event", "progress of an entity reported"),
    "estimated": pgettext_lazy("audit event", "new estimate"),
    "exported": pgettext_lazy("audit event", "export"),
    "fact_recorded": pgettext_lazy("audit event", "facts typed"),
    "grant_approved": pgettext_lazy("audit event", "grant approved"),
    "grant_established": pgettext_lazy("audit event", "grant established by the server"),
    "grant_proposed": pgettext_lazy("audit event", "grant proposed"),
    "grant_refused": pgettext_lazy("audit event", "grant refused"),
    "grant_revoked": pgettext_lazy("audit event", "grant revoked"),
    "granted": pgettext_lazy("audit event", "access to the API created"),
    "identity_linked": pgettext_lazy("audit event", "identity linked"),
    "identity_unlinked": pgettext_lazy("audit event", "identity unlinked"),
    "imported": pgettext_lazy("audit event", "import"),
    "invitation_accepted": pgettext_lazy("audit event", "invitation accepted"),
    "invited": pgettext_lazy("audit event", "invitation"),
    "job_cancelled": pgettext_lazy("audit event", "job cancelled"),
    "job_parked": pgettext_lazy("audit event", "job parked"),
    "job_retried": pgettext_lazy("audit event", "job tried again"),
    "line_completed": pgettext_lazy("audit event", "line of a commitment completed"),
    "key_recorded": pgettext_lazy("audit event", "keys of CP recorded"),
    "line_edited": pgettext_lazy("audit event", "line of the programming edited"),
    "line_programmed": pgettext_lazy("audit event", "lines added to the programming"),
    "line_put_back": pgettext_lazy("audit event", "line put back in the programming"),
    "line_taken_out": pgettext_lazy("audit event", "line taken out of the programming"),
    "line_withdrawn": pgettext_lazy("audit event", "withdrawal from a commitment"),
    "landing_chosen": pgettext_lazy("audit event", "landing chosen"),
    "locked": pgettext_lazy("audit event", "too many tries"),
    "login": pgettext_lazy("audit event", "log-in"),
    "login_failed": pgettext_lazy("audit event", "log-in refused"),
    "logout": pgettext_lazy("audit event", "log-out"),
    "merge_undone": pgettext_lazy("audit event", "merge undone"),
    "merged": pgettext_lazy("audit event", "merge"),
    "milestone_forecast": pgettext_lazy("audit event", "forecast of a milestone"),
    "note_written": pgettext_lazy("audit event", "note of a management report written"),
    "opinion_recorded": pgettext_lazy("audit event", "opinion on a BOP recorded"),
    "password_changed": pgettext_lazy("audit event", "password changed"),
    "password_link_sent": pgettext_lazy("audit event", "password link sent"),
    "password_reset": pgettext_lazy("audit event", "password reset"),
    "pseudonymised": pgettext_lazy("audit event", "pseudonymisation"),
    "published": pgettext_lazy("audit event", "draft published"),
    "purged": pgettext_lazy("audit event", "purge"),
    "reactivated": pgettext_lazy("audit event", "account opened again"),
    "recovery_code_used": pgettext_lazy("audit event", "recovery code used"),
    "recovery_codes_renewed": pgettext_lazy("audit event", "recovery codes renewed"),
    "refused": pgettext_lazy("audit event", "refusal"),
    "released": pgettext_lazy("audit event", "reservation released"),
    "reopened": pgettext_lazy("audit event", "opening again"),
    "reopening_asked": pgettext_lazy("audit event", "opening again asked for"),
    "replaced": pgettext_lazy("audit event", "document replaced"),
    "reported": pgettext_lazy("audit event", "progress report"),
    "reserved": pgettext_lazy("audit event", "credits reserved"),
    "revoked": pgettext_lazy("audit event", "access to the API revoked"),
    "rule_overridden": pgettext_lazy("audit event", "rule gone beyond"),
    "rule_revised": pgettext_lazy("audit event", "rule revised"),
    "second_factor_failed": pgettext_lazy("audit event", "second factor refused"),
    "second_factor_off": pgettext_lazy("audit event", "second factor removed"),
    "second_factor_on": pgettext_lazy("audit event", "second factor set up"),
    "secret_rotated": pgettext_lazy("audit event", "secret renewed"),
    "session_closed": pgettext_lazy("audit event", "session closed"),
    "set_aside": pgettext_lazy("audit event", "line set aside"),
    "scenario_abandoned": pgettext_lazy("audit event", "scenario abandoned"),
    "scenario_accepted": pgettext_lazy("audit event", "scenario accepted"),
    "scenario_changed": pgettext_lazy("audit event", "changes laid on a scenario"),
    "scenario_created": pgettext_lazy("audit event", "scenario created"),
    "scenario_edited": pgettext_lazy("audit event", "scenario edited"),
    "step_arbitrate": pgettext_lazy("audit event", "programming arbitrated"),
    "step_archive": pgettext_lazy("audit event", "programming archived"),
    "step_attest": pgettext_lazy("audit event", "sustainability of the programming attested"),
    "step_notify": pgettext_lazy("audit event", "programming notified"),
    "step_return": pgettext_lazy("audit event", "programming returned"),
    "step_review": pgettext_lazy("audit event", "programming examined"),
    "step_submit": pgettext_lazy("audit event", "programming submitted"),
    "step_validate": pgettext_lazy("audit event", "programming validated"),
    "suspended": pgettext_lazy("audit event", "account suspended"),
    "taken_back": pgettext_lazy("audit event", "line taken back"),
    "tasks_linked": pgettext_lazy("audit event", "tasks linked"),
    "tasks_unlinked": pgettext_lazy("audit event", "link between tasks taken out"),
    "trajectory_recorded": pgettext_lazy("audit event", "trajectory of CP recorded"),
    "unarchived": pgettext_lazy("audit event", "out of the archive"),
    "undo_requested": pgettext_lazy("audit event", "undo asked for"),
    "undo_withdrawn": pgettext_lazy("audit event", "undo given up"),
    "undone": pgettext_lazy("audit event", "import undone"),
    "user_created": pgettext_lazy("audit event", "account created"),
    "user_updated": pgettext_lazy("audit event", "account edited"),
    "viewing_as": pgettext_lazy("audit event", "view as somebody else"),
    "withdrawn": pgettext_lazy("audit event", "document withdrawn"),
}


def verb_words(verb: str) -> str:
    """Return what an event did, in words; a verb that only old events bear stays as it is."""
    return str(VERBS.get(verb, verb))


def verb_choices() -> list[tuple[str, str]]:
    """Return the verbs and their words, in the order of the words."""
    return sorted(((verb, str(words)) for verb, words in VERBS.items()), key=lambda pair: pair[1])


def object_words(kind: str) -> str:
    """Return the kind of object in words, where it is one of the policy."""
    return str(Resource(kind).label) if kind in Resource.values else kind


def detail_words(detail: dict[str, Any]) -> str:
    """Return the detail of an event on one line, without what is empty or zero."""
    return " · ".join(f"{name}={value}" for name, value in _leaves(detail))


def _leaves(detail: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in sorted(detail.items()):
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{key}.")
        elif isinstance(value, list):
            if value:
                yield f"{above}{key}", ", ".join(map(str, value))
        elif value:
            yield f"{above}{key}", value
