"""Refusals and accidents of the jobs room.

DomainError
├── JobNotCancellable     the job ended already
├── JobWriting            the job is recording its effects
└── JobNotRetryable       the job has not ended, or succeeded
LeaseLost                 another worker took the job over (never shown to a person)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class JobNotCancellable(DomainError):
    """The job has ended."""

    code = "job_ended"
    message = _("Job %(id)s has ended: it can no longer be cancelled.")


class JobWriting(DomainError):
    """The worker holds the job in the transaction that records its effects."""

    code = "job_writing"
    message = _("Job %(id)s is recording its results; look at it again in a moment.")


class JobNotRetryable(DomainError):
    """The job lives, or succeeded: there is nothing to try again."""

    code = "job_not_ended"
    message = _(
        "Job %(id)s has neither failed nor been parked or cancelled: it is not tried again."
    )


class LeaseLost(Exception):
    """The worker no longer holds the job; what it has not committed must not be committed."""
