"""The outbox page: mail that would have left, read and answered as the customer."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.demo import shown
from steward.demo.customers import CustomerFile, CustomerMail, NobodyThere, answer_to, hand_in
from steward.demo.outbox import KeptFile, KeptMail, NoSuchMail, kept_mail, kept_mails, newest_mark
from steward.files.content_types import is_inline_image
from steward.lib.html import frame_policy, render_mail
from steward.tenancy.directory import is_base_host
from steward.tenancy.middleware import host_of

PAGE = 100

View = Callable[..., HttpResponseBase]


def in_demo(view: View) -> View:
    """Only in the demo, only on the base domain: 404 otherwise."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        if not settings.STEWARD_DEMO or not is_base_host(host_of(request)):
            raise Http404("there is no outbox here")
        try:
            return view(request, *args, **named)
        except NoSuchMail as missing:
            raise Http404("there is no such mail") from missing

    return never_cache(guarded)


@in_demo
@require_safe
def outbox(request: HttpRequest) -> HttpResponseBase:
    """The list. The page looks now and then with `X-Requested-With: live` and gets 304 while nothing changed."""
    mark = f'"{newest_mark()}"'
    is_look = request.headers.get("X-Requested-With") == "live"
    if is_look and request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304)
    response = TemplateResponse(request, "demo/outbox.html", _around(request))
    if is_look:
        response["ETag"] = mark
    return response


@in_demo
@require_safe
def outbox_with_slash(_request: HttpRequest) -> HttpResponseBase:
    return HttpResponseRedirect(reverse("demo:outbox"))


@in_demo
@require_safe
def outbox_json(_request: HttpRequest) -> HttpResponseBase:
    """Everything in the outbox, newest first, for scripts."""
    return JsonResponse(shown.all_as_json(), safe=False, json_dumps_params={"ensure_ascii": False})


@in_demo
@require_safe
def mail(request: HttpRequest, mail_id: str) -> HttpResponseBase:
    """One mail: as its reader sees it, as plain text (`?tab=text`) or as it would have left (`?tab=raw`)."""
    return _mail_page(request, kept_mail(mail_id))


@in_demo
@require_safe
def body(request: HttpRequest, mail_id: str) -> HttpResponseBase:
    """The HTML of a mail, for the sandboxed frame. Remote pictures are not loaded."""
    kept = kept_mail(mail_id)
    cid = {file.content_id: shown.file_url(kept, file) for file in kept.files() if file.content_id}
    context = {"body_html": shown.trusted(render_mail(kept.html, images=False, cid=cid)), "title": kept.subject}
    response = TemplateResponse(request, "demo/body.html", context)
    response["Content-Security-Policy"] = frame_policy()
    response["Content-Language"] = "und"  # whichever it was written in
    return response


@in_demo
@require_safe
def raw(_request: HttpRequest, mail_id: str) -> HttpResponseBase:
    """The bytes of the mail as text."""
    response = HttpResponse(kept_mail(mail_id).raw, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@in_demo
@require_safe
def eml(_request: HttpRequest, mail_id: str) -> HttpResponseBase:
    """The mail as a file that mail clients open."""
    return _download(kept_mail(mail_id).raw, "message/rfc822", f"{mail_id}.eml")


@in_demo
@require_safe
def attachment(_request: HttpRequest, mail_id: str, number: int) -> HttpResponseBase:
    """A file of the mail: pictures may be shown inside the mail, everything else is only ever downloaded."""
    files: list[KeptFile] = kept_mail(mail_id).files()
    if number >= len(files):
        raise Http404("there is no such file")
    file = files[number]
    if file.content_id and is_inline_image(file.content_type):
        response = HttpResponse(file.content, content_type=file.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        return response
    return _download(file.content, "application/octet-stream", file.name)


@in_demo
@require_POST
def answer(request: HttpRequest, mail_id: str) -> HttpResponseBase:
    """Answer the mail as the customer it is for."""
    kept = kept_mail(mail_id)
    text = request.POST.get("text", "").strip()
    files = _files(request)
    if not text and not files:
        return _mail_page(request, kept, errors=[_("Write something, or add a file.")])
    sender = (kept.people("to") or [("", kept.envelope_to.partition(",")[0])])[0]
    try:
        hand_in(answer_to(kept, sender=sender, text=text, files=files))
    except NobodyThere as problem:
        return _mail_page(request, kept, errors=[_no_reader(problem)])
    messages.success(request, _("The answer is on its way in, and will be in its ticket in a moment."))
    return HttpResponseRedirect(reverse("demo:mail", args=[kept.id]))


@in_demo
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Write a mail as any customer."""
    if request.method != "POST":
        return TemplateResponse(request, "demo/new.html", _around(request) | {"typed": {"from": "", "to": ""}})
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "from", "to", "subject", "text")}
    try:
        errors = _faults(typed)
        if not errors:
            written = (typed["name"], typed["from"]), typed["to"], typed["subject"], f"{typed['text']}\n"
            hand_in(CustomerMail(*written, files=_files(request)))
            messages.success(request, _("The mail is on its way in, and becomes a ticket in a moment."))
            return HttpResponseRedirect(reverse("demo:outbox"))
    except NobodyThere as problem:
        errors = [_no_reader(problem)]
    return TemplateResponse(request, "demo/new.html", _around(request) | {"typed": typed, "errors": errors}, status=422)


def _faults(typed: dict[str, str]) -> list[str]:
    faults = []
    if "@" not in typed["from"]:
        faults.append(_("Who is the mail from? Type an address."))
    if not typed["text"]:
        faults.append(_("Write something."))
    return faults


def _no_reader(problem: NobodyThere) -> str:
    return _("No account here receives mail for %(address)s. Nothing was sent.") % {"address": str(problem)}


def _mail_page(request: HttpRequest, kept: KeptMail, *, errors: list[str] | None = None) -> HttpResponseBase:
    tab = request.GET.get("tab", "message")
    context = _around(request, current=kept.id) | {
        "mail": shown.mail_context(kept),
        "tab": tab if tab in {"message", "text", "raw"} else "message",
        "errors": errors or [],
        "typed": request.POST,
    }
    return TemplateResponse(request, "demo/mail.html", context, status=422 if errors else 200)


def _around(request: HttpRequest, *, current: str = "") -> dict[str, object]:
    """What every page of the outbox shows beside its main part."""
    before = request.GET.get("before", "")
    mails = kept_mails(before=before, limit=PAGE + 1)
    more = f"{reverse('demo:outbox')}?before={mails[PAGE - 1].id}" if len(mails) > PAGE else ""
    return shown.around() | {
        "messages": messages.get_messages(request),
        "mails": [shown.row(kept, current=kept.id == current) for kept in mails[:PAGE]],
        "next_url": more,
        "live_url": "" if before else reverse("demo:outbox"),
    }


def _files(request: HttpRequest) -> list[CustomerFile]:
    uploads = request.FILES.getlist("files")
    return [
        CustomerFile(upload.name or "file", upload.read(), upload.content_type or "application/octet-stream")
        for upload in uploads
    ]


def _download(content: bytes, content_type: str, name: str) -> HttpResponseBase:
    response = FileResponse(iter([content]), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
