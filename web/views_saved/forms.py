"""Forms of the saved views."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from web.forms import PageForm


class NewViewForm(PageForm):
    """A name for the state of a list."""

    name = forms.CharField(label=_("Name of the view"), max_length=80)
    is_shared = forms.BooleanField(label=_("Share with my team"), required=False)
    list_name = forms.CharField(widget=forms.HiddenInput, max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, max_length=2000, required=False)


class ViewForm(PageForm):
    """The name of a view, and who sees it."""

    name = forms.CharField(label=_("Name of the view"), max_length=80)
    is_shared = forms.BooleanField(label=_("Share with my team"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class StateForm(PageForm):
    """The state of a list that goes into a view."""

    query = forms.CharField(widget=forms.HiddenInput, max_length=2000, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
