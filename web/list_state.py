"""The state of a list is its address: columns, unknown parameters, the saved view it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts.models import SavedView
from accounts.personal import default_view_of, views_of
from web.listing import ListColumn

# Parameters of every list, beside its filters.
SORT, SIZE, PAGE, FORMAT, COLUMNS, VIEW = "sort", "size", "page", "format", "columns", "view"
OWN = frozenset({SORT, SIZE, PAGE, FORMAT, COLUMNS, VIEW})
# What a saved view does not keep.
_PASSING = (PAGE, FORMAT, VIEW, "csrfmiddlewaretoken")
PLAIN = "none"


def refuse_unknown(form: forms.Form, parameters: QueryDict) -> None:
    """Say on the form that a parameter is not a filter of this list; nothing is then shown."""
    for name in sorted(set(parameters) - set(form.fields) - OWN):
        form.add_error(None, _("“%(name)s” is not a filter of this list.") % {"name": name[:40]})


def chosen_columns(
    columns: tuple[ListColumn, ...], parameters: QueryDict
) -> tuple[ListColumn, ...]:
    """Return the columns that the address asks for, the row header always, all by default."""
    wanted = {key for text in parameters.getlist(COLUMNS) for key in text.split(",")}
    kept = tuple(column for column in columns if column.key in wanted or column.is_header)
    return kept if any(column.key in wanted for column in columns) else columns


def query_of(parameters: QueryDict) -> str:
    """Return the state that a view keeps: without page, format nor empty parameters."""
    kept = parameters.copy()
    for name in list(kept):
        values = [value for value in kept.getlist(name) if value]
        if name in _PASSING or not values:
            del kept[name]
        else:
            kept.setlist(name, values)
    return kept.urlencode()


@dataclass(frozen=True)
class ViewLink:
    """A saved view on its list: its address holds the whole state."""

    view: SavedView
    url: str
    is_current: bool
    is_mine: bool


@dataclass(frozen=True)
class ViewsBar:
    """What the bar of the views shows: the views, the one in force, whether its state changed."""

    links: list[ViewLink]
    current: ViewLink | None
    query: str
    has_changed: bool
    is_default: bool
    plain_url: str


def view_url(path: str, view: SavedView) -> str:
    """Return the address of a list in the state of a view."""
    parameters = QueryDict(view.query, mutable=True)
    parameters[VIEW] = str(view.pk)
    return f"{path}?{parameters.urlencode()}"


def views_bar(request: HttpRequest) -> ViewsBar:
    """Return the bar of the views of the list; four queries at most."""
    wanted, path, user = request.GET.get(VIEW, ""), request.path, request.user
    links = [
        ViewLink(view, view_url(path, view), str(view.pk) == wanted, view.owner_id == user.pk)
        for view in views_of(user, path)
    ]
    current = next((link for link in links if link.is_current), None)
    query, default = query_of(request.GET), default_view_of(user, path)
    return ViewsBar(
        links=links,
        current=current,
        query=query,
        has_changed=current is not None and current.view.query != query,
        is_default=current is not None and current.view == default,
        plain_url=f"{path}?{VIEW}={PLAIN}" if default else path,
    )


def default_url(request: HttpRequest) -> str:
    """Return the address of the person's default view when they open the bare list."""
    if request.GET:
        return ""
    view = default_view_of(request.user, request.path)
    return view_url(request.path, view) if view else ""


def kept_parameters(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the state that stays when other columns are chosen."""
    dropped = (COLUMNS, PAGE, FORMAT)
    return [
        (name, value)
        for name, values in request.GET.lists()
        if name not in dropped
        for value in values
    ]
