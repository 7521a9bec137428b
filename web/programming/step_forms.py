"""Forms of the steps: one a step, and one for the same step of many files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from budgets.enums import FILE_STEPS, StepVerb
from web.forms import PageForm

# A step of many files: what is decided one by one (a validation) as what is done in a row.
MANY = [(verb.value, verb.label) for verb in FILE_STEPS if verb != StepVerb.VOID]


class StepForm(PageForm):
    """One step: the version that was read, the content that was looked at, maybe why.

    `shown` are the reasons that its page asks for; what is sent may say both.
    """

    verb = forms.ChoiceField(choices=StepVerb.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500)
    override_reason = forms.CharField(
        label=gettext_lazy("Why the distribution of credits is gone beyond (R-09)"),
        required=False,
        max_length=500,
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        shown = kwargs.pop("shown", ("reason", "override_reason"))
        super().__init__(data, *args, **kwargs)
        for name in {"reason", "override_reason"} - set(shown):
            del self.fields[name]


class ManyForm(PageForm):
    """The same step on the files that are ticked; each is `project:version`."""

    verb = forms.ChoiceField(label=gettext_lazy("Step"), choices=MANY)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500)
