"""Async-native middleware: nothing here hops to a thread, nothing touches the database on a visitor's page."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware

from visitor_portal import faults
from visitor_portal.http import spoken
from visitor_portal.public_access import PublicAccessError

Handler = Callable[[HttpRequest], Any]
MARGIN = 0.3  # seconds on top of the upstream's deadline, for everything else
COMPRESS_FROM = 1024  # bytes; below that a compressed answer is no smaller on the wire


def _around(
    get_response: Handler,
    before: Callable[[HttpRequest], HttpResponseBase | None],
    after: Callable[[HttpRequest, HttpResponse], HttpResponse],
) -> Handler:
    """One middleware for both kinds of handler, from plain functions that do no I/O."""
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponse:
            return cast(HttpResponse, before(request)) or after(request, await get_response(request))

        return awaited

    def called(request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, before(request)) or after(request, get_response(request))

    return called


@cache
def _collected() -> WhiteNoiseMiddleware:
    """Finding the files walks the whole folder: once for a process, however many handlers it has."""
    return WhiteNoiseMiddleware(lambda request: HttpResponse())


@sync_and_async_middleware
def static_files(get_response: Handler) -> Handler:
    """WhiteNoise's own class is sync only: under ASGI that costs every page two thread hops."""
    files = _collected()

    def before(request: HttpRequest) -> HttpResponseBase | None:
        found = files.files.get(request.path_info)
        return files.serve(found, request) if found is not None else None

    return _around(get_response, before, lambda request, response: response)


@sync_and_async_middleware
def compress(get_response: Handler) -> Handler:
    """Django's gzip (which pads at random against BREACH), for pages only."""
    gzip = GZipMiddleware(get_response)

    def after(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not is_page or response.streaming or len(response.content) < COMPRESS_FROM:
            return response
        return cast(HttpResponse, gzip.process_response(request, response))

    return _around(get_response, lambda request: None, after)


@sync_and_async_middleware
def language(get_response: Handler) -> Handler:
    """The language that the visitor's browser asks for, among those that we speak."""

    def before(request: HttpRequest) -> None:
        translation.activate(spoken(request.headers.get("Accept-Language", "")))
        request.LANGUAGE_CODE = translation.get_language() or "en"

    def after(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE or "en")
        patch_vary_headers(response, ("Accept-Language", "HX-Request"))
        return response

    return _around(get_response, before, after)


class UpstreamErrors:
    """An error of the public access client becomes its page. Views do not catch.

    However many calls a page makes, it answers in the time of one: what is still missing then counts as no answer.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if iscoroutinefunction(self.get_response) and not request.path_info.startswith(("/admin/", "/api/")):
            return self._in_time(request)
        return cast(HttpResponse, self.get_response(request))

    async def _in_time(self, request: HttpRequest) -> HttpResponse:
        is_open = request.method == "POST" and request.path_info.endswith(("/open", "/execute"))
        seconds = (settings.OPEN_DEADLINE if is_open else settings.READ_DEADLINE) + MARGIN
        try:
            async with asyncio.timeout(seconds):
                return cast(HttpResponse, await self.get_response(request))
        except TimeoutError:
            return faults.show(request, faults.NO_ANSWER)

    async def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return faults.page(request, exception) if isinstance(exception, PublicAccessError) else None


@sync_and_async_middleware
def admin_stack(get_response: Handler) -> Handler:
    """Sessions, users and messages, for the admin alone: visitors' pages carry none of them.

    CSRF needs no layer here: the admin puts csrf_protect around each of its views itself.
    """
    stack: Handler = get_response
    for layer in (MessageMiddleware, AuthenticationMiddleware, SessionMiddleware):
        stack = layer(stack)

    def choose(request: HttpRequest) -> Handler:
        return stack if request.path_info.startswith("/admin/") else get_response

    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponse:
            return cast(HttpResponse, await choose(request)(request))

        return awaited
    return lambda request: choose(request)(request)
