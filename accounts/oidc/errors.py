"""Why a log-in through the provider fails."""

from __future__ import annotations


class ProviderDown(RuntimeError):
    """The provider does not answer, or not as its own configuration says."""


class IdentityRefused(RuntimeError):
    """What the provider, or somebody in its name, says is not believed; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class UnknownIdentity(RuntimeError):
    """The identity is proved, and no account has it."""

    def __init__(self, issuer: str, subject: str) -> None:
        self.issuer = issuer
        self.subject = subject
        super().__init__("unknown_identity")
