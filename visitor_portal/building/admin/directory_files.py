"""The directory as a CSV file: out at a click; in by a preview and a second click, whole or not at all."""

import csv
import re
import secrets
import time
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.tmp_storages import BaseStorage

from visitor_portal.building.models import Building

from . import limits
from .base import Desk
from .directory_rows import COLUMNS, EntryResource

MOST_LINES = 5000
SHOWN = 200  # lines of a preview
KEPT_SECONDS = 3600


class BadFile(Exception):
    """Why a file is none of ours: one sentence."""


class DirectoryCSV(CSV):  # type: ignore[misc]
    """With commas, or with semicolons as some spreadsheets write them."""

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        text = in_stream.decode(self.encoding) if isinstance(in_stream, bytes) else in_stream
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        data = super().create_dataset(text, delimiter=delimiter)
        data.headers = [header.strip().lower() for header in data.headers or ()]
        if unknown := [header for header in data.headers if header not in COLUMNS]:
            raise BadFile(f"There is no column “{unknown[0][:40]}”. The columns are listed below.")
        if len(set(data.headers)) < len(data.headers):
            raise BadFile("A column stands there twice.")
        if len(data) > MOST_LINES:
            raise BadFile(f"At most {MOST_LINES} lines at once; these are {len(data)}.")
        return data


class Uploads(BaseStorage):  # type: ignore[misc]
    """Files between their preview and their import: readable by us alone, and dropped after an hour."""

    def _path(self) -> Path:
        if not re.fullmatch(r"[0-9a-f]{32}", self.name or ""):
            raise FileNotFoundError
        return Path(settings.VAR_DIR) / "uploads" / self.name

    def save(self, data: bytes) -> None:
        self.name = secrets.token_hex(16)
        path = self._path()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in path.parent.iterdir():
            if old.stat().st_mtime < time.time() - KEPT_SECONDS:
                old.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)

    def read(self) -> str:
        return self._path().read_bytes().decode(self.encoding)

    def remove(self) -> None:
        self._path().unlink(missing_ok=True)


class UploadForm(ImportForm):  # type: ignore[misc]
    """Which building's directory, and the file."""

    building = forms.ModelChoiceField(
        Building.objects.all(), empty_label=None, help_text="Whose directory the file changes."
    )
    field_order = ["building", "import_file", "resource", "format"]
    media = forms.Media()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        file = self.fields["import_file"]
        file.label = "CSV file"
        most = limits.in_words(limits.most_directory())
        file.help_text = f"UTF-8, with commas or semicolons, at most {most} and {MOST_LINES} lines."
        file.widget.attrs["accept"] = ".csv,text/csv"
        self.fields["format"].widget = forms.HiddenInput()

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > limits.most_directory():
            raise ValidationError(f"At most {limits.in_words(limits.most_directory())}. Split it into several files.")
        return file


class ConfirmForm(ConfirmImportForm):  # type: ignore[misc]
    building = forms.ModelChoiceField(Building.objects.all(), widget=forms.HiddenInput)


class EntryFiles(ImportExportMixin, Desk):  # type: ignore[misc]
    resource_classes = [EntryResource]
    import_formats = export_formats = [DirectoryCSV]
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = Uploads
    import_template_name = "admin/building/entry/import.html"
    import_export_change_list_template = "admin/building/entry/change_list.html"
    skip_export_form = True
    to_encoding = "utf-8-sig"  # a spreadsheet then knows that it is UTF-8

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    # -- out

    @method_decorator(require_safe)
    def export_action(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = super().export_action(request)
        return answer

    def get_export_filename(self, *args: Any) -> str:
        return "directory.csv"

    # -- in

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        return {"building": form.cleaned_data.get("building") if form and form.is_valid() else None}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"rollback_on_validation_errors": True}

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"columns": COLUMNS.items(), "shown": SHOWN}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        return initial | ({"building": import_form.cleaned_data["building"].pk} if import_form else {})

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        said = {
            UnicodeDecodeError: "It is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.",
            csv.Error: "It is not a CSV file.",
        }
        why = next((text for kind, text in said.items() if isinstance(e, kind)), "")
        why = str(e) if isinstance(e, BadFile) else why or "A line has more cells than there are columns."
        form.add_error("import_file", why)

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().process_import(request, **kwargs)
        except FileNotFoundError:
            return self._again(
                request, "That file is here no more: it was imported, or lay for an hour. Upload it again."
            )
        return answer

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            return self._again(request, "Nothing was imported: the directory changed meanwhile. Upload it again.")
        answer: HttpResponse = super().process_result(result, request)
        return answer

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        new, changed, same = (result.totals[kind] for kind in ("new", "update", "skip"))
        messages.success(request, f"Imported: {new} new, {changed} changed, {same} as they were.")

    def _again(self, request: HttpRequest, why: str) -> HttpResponse:
        messages.error(request, why)
        return HttpResponseRedirect(self.url("import"))
