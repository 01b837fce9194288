from django.contrib import admin
from django.urls import include, path

from visitor_portal import health

handler400 = "visitor_portal.faults.bad_request"
handler403 = "visitor_portal.faults.permission_denied"
handler404 = "visitor_portal.faults.not_found"
handler500 = "visitor_portal.faults.server_error"

urlpatterns = [
    path("", include("visitor_portal.visitor.urls")),
    path("", include("visitor_portal.resident.urls")),
    path("", include("visitor_portal.live.urls")),
    path("api/v1/", include("visitor_portal.building.api.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("robots.txt", health.robots),
]
