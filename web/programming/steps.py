"""Pages of the steps of the programming: a version with its files, the file of a project."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Role
from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.enums import StepVerb, VersionState
from budgets.models import ProgrammingFile, ProgrammingVersion
from budgets.rules.rounds import COMPARED_KINDS
from budgets.services.crg_notes import RIGHTS
from budgets.services.round_rights import takes_some_step
from budgets.services.rounds import FileResult, FileStep, take_step, take_steps
from common.exceptions import DomainError
from common.models import DataOrigin
from web.budgets.tabs import tabs
from web.forms import PageForm, any_of
from web.programming.finding import VersionPage, find_file
from web.programming.step_forms import ManyForm, StepForm
from web.programming.step_rows import Standing, file_rows, standing_of_file, standing_of_version

FILES_BY_PAGE = 100


def page_of(file: ProgrammingFile) -> str:
    """Return the address of a file."""
    return reverse("web:programming-file", args=[file.pk])


class FilesForm(PageForm):
    """Filters of the files of a version."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=any_of(VersionState.choices)
    )
    holder = forms.ChoiceField(
        label=gettext_lazy("Held by"), required=False, choices=any_of(Role.choices)
    )
    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)


class StepsPage(VersionPage):
    """A page where steps are taken, on a version or on one of its files."""

    def files(self) -> QuerySet[ProgrammingFile]:
        """Return the visible files of the version, by project."""
        rows = ProgrammingFile.objects.all().visible_to(self.request.user)
        rows = rows.filter(programming_version=self.version).order_by("project__code")
        return rows.select_related("project", "programming_version")

    def take(self, form: StepForm, **where: Any) -> str:
        """Take the step of a valid form; return why it is refused, empty when it is taken."""
        given = form.cleaned_data
        try:
            take_step(
                actor=self.request.user,
                version_id=self.version.pk,
                verb=given["verb"],
                reason=given["reason"],
                expected_version=given["version"],
                expected_digest=given["digest"],
                override_reason=given["override_reason"],
                **where,
            )
        except DomainError as error:
            record_event(actor=self.request.user, verb="refused", detail={"code": error.code})
            return str(error)
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def steps(self, standing: Standing, version: int, *, compared: bool = False) -> list[Any]:
        """Return a form for each step that may be taken now; `compared` when R-09 holds there."""
        return [
            (
                verb,
                StepForm(
                    initial={"verb": verb.value, "version": version, "digest": standing.digest},
                    auto_id=f"{verb}-%s",
                    shown=[
                        *(["reason"] if verb == StepVerb.RETURN else []),
                        *(["override_reason"] if verb == StepVerb.VALIDATE and compared else []),
                    ],
                ),
            )
            for verb in standing.verbs
        ]

    def decided(self, here: str, **where: Any) -> HttpResponse:
        """Take the step of the form, and go back to its page with what was done, or why not."""
        if not takes_some_step(self.request.user):
            raise PermissionDenied
        form = StepForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Choose a step of the page."))
        elif refused := self.take(form, **where):
            messages.error(self.request, refused)
        else:
            words = {"step": StepVerb(form.cleaned_data["verb"]).label}
            messages.success(self.request, _("The step “%(step)s” is taken.") % words)
        return HttpResponseRedirect(here)


class VersionStepsView(StepsPage):
    """A version: its state, its trail, its steps, and the files of its projects."""

    template_name = "web/programming/steps.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the version."""
        return self.shown()

    def shown(self, results: list[Any] | None = None, status: int = 200) -> HttpResponse:
        """Render the page, with what became of each file of a list if there was one."""
        version = self.version
        form = FilesForm(self.request.GET)
        filters = form.cleaned_data if form.is_valid() else {}
        files = self.files()
        for name in ("state", "holder"):
            if filters.get(name):
                files = files.filter(**{name: filters[name]})
        if filters.get("q"):
            files = files.filter(project__code__icontains=filters["q"])
        page = Paginator(files, FILES_BY_PAGE).get_page(self.request.GET.get("page"))
        standing = standing_of_version(self.request.user, version)
        rows = file_rows(self.request.user, version, page.object_list)
        context = {
            "version": version,
            "standing": standing,
            "steps": self.steps(
                standing, version.version, compared=version.kind in COMPARED_KINDS
            ),
            "form": form,
            "shown": page,
            "rows": [(row, page_of(row.file)) for row in rows],
            "many": ManyForm(auto_id="many-%s") if any(row.verbs for row in rows) else None,
            "many_url": self.url("programming-many-steps"),
            "here": self.url("programming-steps"),
            "scenarios_url": self.url("scenarios"),
            "results": results,
            "has_fictitious": version.data_origin == DataOrigin.FICTITIOUS,
            **tabs("programming"),
        }  # fmt: skip
        return self.page(context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a step on the whole version."""
        return self.decided(self.url("programming-steps"))


class ManyFilesView(VersionStepsView):
    """The same step on the files that are ticked, each with what became of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nothing is shown here but an answer: the page is that of the version."""
        return HttpResponseRedirect(self.url("programming-steps"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the step on each file, and tell."""
        if not takes_some_step(request.user):
            raise PermissionDenied
        form = ManyForm(request.POST)
        named = dict(_named(one) for one in request.POST.getlist("file"))
        if not form.is_valid() or not named:
            messages.error(request, _("Tick the files, then choose the step."))
            return self.shown(status=422)
        seen = {file.project_id: file.project for file in self.files()}
        steps = [
            FileStep(project_id=project, expected_version=read)
            for project, read in named.items()
            if project in seen
        ]
        results = take_steps(
            actor=request.user, version_id=self.version.pk, files=steps, **form.cleaned_data
        )
        done = sum(one.error is None for one in results)
        words = ngettext("%(count)s file has moved.", "%(count)s files have moved.", done)
        messages.info(request, words % {"count": done})
        told = [(seen[one.project_id], _why(one)) for one in results]
        self.version.refresh_from_db()
        return self.shown(told, status=200 if done == len(results) else 422)


def _named(text: str) -> tuple[int, int]:
    """Return the project and the version that a tick names; 404 for what no page wrote."""
    project, _colon, version = text.partition(":")
    if not (project.isascii() and project.isdigit() and version.isascii() and version.isdigit()):
        raise Http404
    return int(project), int(version)


def _why(result: FileResult) -> str:
    """Return why a file did not move, in words; empty when it did."""
    error = result.error
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, PermissionDenied):
        return _("You may not take this step on this file.")
    if isinstance(error, ProgrammingFile.DoesNotExist):
        return _("There is no such file.")
    return str(error) if error else ""


class FileStepsView(StepsPage):
    """What a project holds in a version: its state, its trail, its steps."""

    template_name = "web/programming/file.html"
    file: ProgrammingFile

    def version_named(self, named: dict[str, Any]) -> ProgrammingVersion:
        """Return the version of the file that the address names."""
        self.file = find_file(self.request.user, named.pop("pk"))
        return self.file.programming_version

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the file."""
        file, version = self.file, self.version
        standing = standing_of_file(request.user, file)
        context = {
            "version": version,
            "file": file,
            "standing": standing,
            "steps": self.steps(standing, file.version),
            "back": self.url("programming-steps"),
            "may_note": not version.is_frozen and any(can(request.user, *one) for one in RIGHTS),
            "has_fictitious": version.data_origin == DataOrigin.FICTITIOUS,
        }
        return self.page(context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a step on the file."""
        return self.decided(page_of(self.file), project_id=self.file.project_id)
