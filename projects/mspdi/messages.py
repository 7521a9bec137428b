"""What each code of a fault says; the codes are stable, the sentences are translated."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    # The file is refused.
    "malformed": _("This is not well-formed XML."),
    "forbidden_declaration": _("A document type or an entity is declared: such files are refused."),
    "too_deep": _("The elements are nested too deeply."),
    "too_long": _("This text is too long."),
    "too_large": _("The file is too large."),
    "too_many_tasks": _("The file holds too many tasks."),
    "wrong_root": _("The root element is not Project: this is not a file of MS Project."),
    "wrong_namespace": _("The namespace is not that of MS Project."),
    "no_tasks": _("The file holds no task."),
    "missing_uid": _("A task has no UID."),
    "duplicate_uid": _("Two tasks have the same UID."),
    "bad_integer": _("This is not a whole number."),
    "bad_flag": _("This is neither 0 nor 1."),
    "bad_date": _("This is not a date and time such as 2026-09-30T08:00:00."),
    "bad_duration": _("This is not a working time such as PT8H0M0S."),
    "bad_cost": _("This is not an amount in hundredths."),
    "bad_percent": _("This is not a percentage between 0 and 100."),
    "bad_link_type": _("The type of a link is 0 (FF), 1 (FS), 2 (SF) or 3 (SS)."),
    "ends_before_start": _("The task ends before it starts."),
    "unknown_link": _("The link names a task that the file does not hold."),
    "blank_link": _("The link names a blank row."),
    "cycle": _("The links of these tasks turn round."),
    # The file is read all the same.
    "no_namespace": _("The namespace of MS Project is missing; the file was read all the same."),
    "day_length_missing": _("The length of a working day is missing: 8 hours were taken."),
    "missing_calendar": _(
        "The calendar named is not in the file; the legal working days were taken."
    ),
    "other_working_days": _(
        "This calendar does not work from Monday to Friday; the plan counts legal working days."
    ),
    "other_currency": _("The amounts are not in euros; they were read as they stand."),
    "percent_lag": _("A lag in percent is not read: the link holds without lag."),
    "elapsed_lag": _("A lag in elapsed time was read as working time."),
    "outline_jump": _("The level skips a rank: the task hangs on the last one above it."),
    "baseline_ends_before_start": _("In this baseline the task ends before it starts."),
    "unknown_assignment": _("An assignment names a task that the file does not hold."),
}
