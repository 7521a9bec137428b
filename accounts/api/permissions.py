"""The policy table in front of every endpoint."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.permissions import can, is_of_the_house, lends_some, roles_of


class PolicyPermission(BasePermission):
    """Read `policy_resource` and `policy_actions` of the view.

    `policy_actions` maps the name of a view action to the verb of the table, or to a pair (verb,
    resource) when it acts on something else; what is not there is read. Rows are filtered by
    `visible_to`, so an unseen object is a 404.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the verb is allowed somewhere."""
        if not request.user or not request.user.is_authenticated:
            return False
        action = getattr(view, "action", None)
        verb = getattr(view, "policy_actions", {}).get(action, "read")
        resource = view.policy_resource
        if isinstance(verb, tuple):
            verb, resource = verb
        return can(request.user, verb, resource)


class IsPersonWithRole(BasePermission):
    """A person who holds a role; never a machine."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller is one."""
        user: Any = request.user
        return bool(user and user.is_authenticated and not user.is_machine and roles_of(user))


class IsOfTheHouse(BasePermission):
    """A person of the house: neither a partner nor a machine.

    `lending_actions` of the view are for who holds a grant that may be lent.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller is one, and lends where the action does."""
        user: Any = request.user
        if not user or not user.is_authenticated or not is_of_the_house(user):
            return False
        lends = getattr(view, "action", None) in getattr(view, "lending_actions", ())
        return not lends or lends_some(user)
