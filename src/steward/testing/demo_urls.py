"""The demo's addresses, which the site includes only with STEWARD_DEMO=1."""

from django.urls import include, path

urlpatterns = [path("", include("steward.demo.urls"))]
