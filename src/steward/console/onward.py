"""Where a browser goes on after something was sent."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


def go_on_at(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect; for a script the address alone.

    A script would follow the redirect, throw the page away and then open it: each ticket would be made twice, and what
    the first one said once ("Saved.") nobody would read.
    """
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)
