"""What all pages of the desk share: their addresses, their hours, and buttons that ask before they do anything."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from visitor_portal.building.models import Building
from visitor_portal.building.refusals import Refusal

from .look import Fields, zone_of

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Command:
    """A button on a thing's page. The first press asks, the second one does it."""

    name: str  # the last part of its address
    label: str
    question: str
    do: Callable[..., HttpResponse | None]  # (self, request, thing); without an answer the thing's page is shown
    is_offered: Callable[[Any], bool]


def command(label: str, question: str, *, offered: Callable[[Any], bool] = lambda thing: True) -> Callable[..., Any]:
    """Make a button of this method of a `Desk`."""

    def made(do: Callable[..., Any]) -> Callable[..., Any]:
        do.command = Command(do.__name__.replace("_", "-"), label, question, do, offered)  # type: ignore[attr-defined]
        return do

    return made


class Desk(Fields, admin.ModelAdmin):
    change_form_template = "admin/building/change_form.html"
    change_list_template = "admin/building/change_list.html"
    list_note = ""  # a line above the list
    has_times = False  # whether that line also says whose hours the list shows

    class Media:
        css = {"all": ("css/desk.css",)}

    @cached_property
    def commands(self) -> list[Command]:
        """In the order in which they are written down."""
        members = (member for kind in reversed(type(self).__mro__) for member in vars(kind).values())
        return [member.command for member in members if hasattr(member, "command")]

    # -- addresses

    @property
    def _stem(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list[Any]:
        return [*(self._path(c.name, self._asking(c)) for c in self.commands), *super().get_urls()]

    def _path(self, name: str, view: View, more: str = "") -> Any:
        route = f"<path:object_id>/{name}/{more}"
        return path(route, self.admin_site.admin_view(view), name=f"{self._stem}_{name}")

    def page(self, name: str, view: Callable[..., HttpResponse], more: str = "") -> Any:
        """The address of a page about one thing, for whoever may see that thing."""

        @require_safe
        def shown(request: HttpRequest, object_id: str, **kwargs: Any) -> HttpResponse:
            thing = self._thing(request, object_id)
            if not self.has_view_permission(request, thing):
                raise PermissionDenied
            return self._in_its_hours(thing, lambda: view(request, thing, **kwargs))

        return self._path(name, shown, more)

    def url(self, name: str, thing: Any = None, *more: str) -> str:
        given = [] if thing is None else [quote(thing.pk), *more]
        return reverse(f"{self.admin_site.name}:{self._stem}_{name}", args=given)

    def _thing(self, request: HttpRequest, object_id: str) -> Any:
        thing = self.get_object(request, unquote(object_id))
        if thing is None:
            raise Http404
        return thing

    # -- buttons

    def _asking(self, command: Command) -> View:
        @require_POST
        def pressed(request: HttpRequest, object_id: str) -> HttpResponse:
            thing = self._thing(request, object_id)
            if not self.has_change_permission(request, thing):
                raise PermissionDenied
            if not command.is_offered(thing):
                self.message_user(request, f"{command.label}: there is nothing to do any more.", messages.WARNING)
                return HttpResponseRedirect(self.url("change", thing))
            if "sure" not in request.POST:
                key = secrets.token_urlsafe(16)  # two taps on the second button are one command
                return self.show(request, "confirm", thing, title=command.label, command=command, key=key)
            return self._in_its_hours(thing, lambda: self._do(command, request, thing))

        return pressed

    def _do(self, command: Command, request: HttpRequest, thing: Any) -> HttpResponse:
        try:
            answer = command.do(self, request, thing)
        except Refusal as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            answer = None
        else:
            self.log_change(request, thing, f"{command.label}.")
        return answer or HttpResponseRedirect(self.url("change", thing))

    # -- pages

    def show(
        self, request: HttpRequest, template: str, thing: Any, *, title: str, **context: Any
    ) -> TemplateResponse:
        """A page of the desk about one thing."""
        frame = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "media": self.media,
            "original": thing,
            "back": self.url("change", thing) if thing else self.url("changelist"),
            "title": title,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/building/{template}.html", frame | context)

    def _in_its_hours(self, thing: Any, make: Callable[[], Any]) -> HttpResponse:
        """Times are read and shown by the building's clock, as far as it is known which building's."""
        with timezone.override(zone_of(thing)):
            response: HttpResponse = make()
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        note = f"{self.list_note} Times are those of {zone_of()}." if self.has_times else self.list_note
        more = {"list_note": note.strip()} | (extra_context or {})
        return self._in_its_hours(None, lambda: super(Desk, self).changelist_view(request, more))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        thing = self.get_object(request, unquote(object_id)) if object_id else None
        return self._in_its_hours(
            thing, lambda: super(Desk, self).changeform_view(request, object_id, form_url, extra_context)
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Only what the form is about: what doors and guests write meanwhile stays as they wrote it."""
        names = {*form.fields, *form.also_saves}
        written = [field.name for field in self.opts.concrete_fields if field.name in names]
        obj.save(update_fields=written if change else None)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        thing = kwargs.get("obj")
        if thing is not None and self.has_change_permission(request, thing):
            offered = [c for c in self.commands if c.is_offered(thing)]
            context["commands"] = [(c, self.url(c.name, thing)) for c in offered]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_list_display(self, request: HttpRequest) -> Any:
        """The building is named where there are several."""
        shown = super().get_list_display(request)
        several = Building.objects.count() > 1
        return [name for name in shown if name != "building" or several]

    def get_list_filter(self, request: HttpRequest) -> Any:
        several = Building.objects.count() > 1
        return [name for name in super().get_list_filter(request) if several or not str(name).endswith("building")]


class ReadOnly(Desk):
    """Written by the building itself: for reading only."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
