"""Refusals of the accounts room.

DomainError
├── OwnGrant             nobody grants to themselves
├── SamePerson           the second person is another one
├── IncompatibleRoles    two roles that one person may not hold
├── RoleForMachines      a machine has its own role, and a person never has it
├── GrantBeyondReach     the author does not hold what is granted
├── DelegationBeyond     a delegation lends no more than what its giver holds
├── DelegationEnded      it is revoked once, the absence cancelled once
├── GrantEnded           refused, revoked or approved already
├── EmergencyApart       an emergency access has its own way
├── NotOneOfTheTwo       it is closed by one of the two who opened it
├── NotTheOwner          a saved view is edited by its owner
├── TooManyViews         a person keeps so many saved views
├── StillActive          only a suspended account is pseudonymised
├── AlreadyPseudonymised the name is gone already
├── MergeRefused         the two records may not be merged
├── MergeTooOld          a merge is undone for 30 days
├── RecordEnded          a closed or archived record is read only
├── RecordInUse          something hangs on the draft
├── WrongState           the record is not in a state that this leaves
├── NotAPerson           a service account is not a person's
├── OwnAccount           nobody suspends their own account
├── LastAdministrator    one technical administrator remains
├── AlreadySuspended     suspended already
├── NotSuspended         only a suspended account is opened again
├── NoAddress            an invitation needs an e-mail address
├── LinkRefused          a link that is used, void, out of date or unknown
├── WrongPassword        the current password is another one
├── WrongCode            a code that is wrong, used already, or tried too often
├── SecondFactorNeeded   the role or the account asks for a second factor
├── IdentityTaken        an identity belongs to one account
├── AdministratorExists  the first administrator is there already
├── ClientRevoked        a revoked machine client stays as it is
└── KeyReused            an idempotency key is for one request
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class OwnGrant(DomainError):
    """Nobody grants a role to themselves."""

    code = "own_grant"
    message = _("Nobody grants a role to themselves.")


class SamePerson(DomainError):
    """The second person is another one."""

    code = "same_person"
    message = _("A second person decides: neither the author nor the one concerned.")


class IncompatibleRoles(DomainError):
    """Two roles that one person may not hold together."""

    code = "incompatible_roles"
    message = _("One person may not hold the roles “%(first)s” and “%(second)s” together.")


class RoleForMachines(DomainError):
    """A machine client has its own role, and a person never has it."""

    code = "role_for_machines"
    message = _("The role of API client is for machine clients, and they have no other.")


class GrantBeyondReach(DomainError):
    """The author does not hold what is granted."""

    code = "grant_beyond_reach"
    message = _("You may only propose roles inside what you hold yourself.")


class GrantEnded(DomainError):
    """The grant has been decided already."""

    code = "grant_decided"
    message = _("This grant has been decided already.")


class EmergencyApart(DomainError):
    """An emergency access has its own way."""

    code = "emergency_apart"
    message = _("An emergency access is opened and closed on its own page.")


class NotOneOfTheTwo(DomainError):
    """An open emergency access is closed by one of the two people who opened it."""

    code = "not_one_of_the_two"
    message = _("An emergency access is closed early by who asked for it or by who opened it.")


class NotTheOwner(DomainError):
    """A saved view is edited by its owner."""

    code = "not_the_owner"
    message = _("This view belongs to somebody else: save a copy of it.")


class TooManyViews(DomainError):
    """A person keeps a bounded number of saved views."""

    code = "too_many_views"
    message = _("You keep %(most)s views already: delete one first.")


class StillActive(DomainError):
    """Only a suspended account is pseudonymised."""

    code = "still_active"
    message = _("Suspend the account first: only the account of a leaver is pseudonymised.")


class AlreadyPseudonymised(DomainError):
    """The name is gone already."""

    code = "already_pseudonymised"
    message = _("This account is pseudonymised already.")


class RecordEnded(DomainError):
    """A closed or archived record is read only."""

    code = "record_ended"
    message = _("%(code)s is closed or archived: it can no longer be changed.")


class RecordInUse(DomainError):
    """Something hangs on the draft."""

    code = "record_in_use"
    message = _("%(code)s is used by other records: it cannot be deleted.")


class WrongState(DomainError):
    """The record is not in a state that this move leaves."""

    code = "wrong_state"
    message = _("%(code)s is in the state “%(state)s”: this is not possible from there.")


class NotAPerson(DomainError):
    """A service account is not a person's."""

    code = "not_a_person"
    message = _("This account is a machine's: it is managed with its client.")


class OwnAccount(DomainError):
    """Nobody suspends their own account."""

    code = "own_account"
    message = _("Nobody suspends their own account: another administrator does.")


class LastAdministrator(DomainError):
    """One technical administrator remains."""

    code = "last_administrator"
    message = _("This is the last technical administrator: name another one first.")


class AlreadySuspended(DomainError):
    """Suspended already."""

    code = "already_suspended"
    message = _("This account is suspended already.")


class NotSuspended(DomainError):
    """Only a suspended account is opened again."""

    code = "not_suspended"
    message = _("This account is not suspended.")


class NoAddress(DomainError):
    """An invitation needs an e-mail address."""

    code = "no_address"
    message = _("This account has no e-mail address: an invitation cannot be sent.")


class LinkRefused(DomainError):
    """A link that is used, void, out of date or unknown: the same answer for all."""

    code = "link_refused"
    message = _("This link is no longer valid: it is used once, within its time. Ask for another.")


class WrongPassword(DomainError):
    """The current password is another one."""

    code = "wrong_password"
    message = _("The current password is not this one.")


class WrongCode(DomainError):
    """A code that is wrong, used already, or tried too often: the same answer for all."""

    code = "wrong_code"
    message = _("This code is not accepted. Wait for the next one, and check your device's clock.")


class SecondFactorNeeded(DomainError):
    """The role or the account asks for a second factor."""

    code = "second_factor_needed"
    message = _("Your roles ask for a second factor: it cannot be removed.")


class IdentityTaken(DomainError):
    """An identity belongs to one account, and an account has one identity of each provider."""

    code = "identity_taken"
    message = _("This identity, or this account, is linked already.")


class AdministratorExists(DomainError):
    """The first administrator is there already."""

    code = "administrator_exists"
    message = _("A technical administrator exists already: they create the other accounts.")


class ClientRevoked(DomainError):
    """A revoked machine client stays as it is."""

    code = "client_revoked"
    message = _("The access “%(name)s” is revoked; create another one.")


class KeyReused(DomainError):
    """An idempotency key is for one request."""

    code = "idempotency_key_reused"
    message = _("The key “%(key)s” was used for another request.")


class MergeRefused(DomainError):
    """The two records may not be merged."""

    code = "merge_refused"
    message = _("These records are not merged: %(reason)s.")


class MergeTooOld(DomainError):
    """A merge is undone for 30 days."""

    code = "merge_too_old"
    message = _("A merge can be undone for %(days)s days: this one is older.")


class DelegationBeyond(DomainError):
    """A delegation lends no more than what its giver holds, as long as they hold it."""

    code = "delegation_beyond"
    message = _("A delegation lends no more than the grant of its giver: neither scope nor dates.")


class DelegationEnded(DomainError):
    """A delegation is revoked once, an absence cancelled once."""

    code = "delegation_ended"
    message = _("This is over, or revoked already.")
