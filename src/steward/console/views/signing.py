"""Signing in and out, by allauth, in our own pages."""

from typing import Any, cast

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic.edit import FormView

from steward.people.access import member_of
from steward.tenancy.scope import account_scope


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["password"].help_text = ""  # allauth puts the address of its own reset page there


@method_decorator(never_cache, name="dispatch")
class SignIn(LoginView):  # type: ignore[misc]
    """The sign-in page of one account. Attempts are throttled by address and by client (allauth's rate limits)."""

    template_name = "console/sign_in.html"
    http_method_names = ("get", "head", "post")

    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.account is None:
            raise Http404("people sign in at the address of their account")
        with account_scope(request.account.id):
            if member_of(request) is not None:
                return HttpResponseRedirect("/console/")
        # A session of another account stays valid there; here it is nobody's.
        request.user = AnonymousUser()
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = FormView.get_context_data(self, **kwargs)
        return context | {"account": self.request.account, "next": self._wanted()}

    def _wanted(self) -> str:
        """Where the person was going; kept through a wrong password."""
        return str(self.request.POST.get("next") or self.request.GET.get("next", ""))


class SignOut(LogoutView):  # type: ignore[misc]
    """Ends the session. Only by POST: a link must not be able to."""

    http_method_names = ("post",)


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
