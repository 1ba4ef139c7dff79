"""Every address of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from steward.console.views.consenting import own_consents
from steward.console.views.handed_out import handed_out, handed_out_archive
from steward.project import front, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.front, name="home"),
    path("", include("steward.front.urls")),
    path("operator/", include("steward.operator.urls")),
    path("console/", include("steward.console.urls")),
    path("consent/<token>", own_consents, name="own-consents"),
    path("exports/<token>", handed_out, name="handed-out"),
    path("exports/<token>/archive", handed_out_archive, name="handed-out-archive"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
handler404 = "steward.project.absent.not_found"
if settings.STEWARD_DEMO:
    urlpatterns.append(path("", include("steward.demo.urls")))
