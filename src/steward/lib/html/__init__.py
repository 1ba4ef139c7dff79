"""HTML from strangers and for strangers: sanitising, showing, turning to text and back.

Sanitising is an allow-list applied by parsing and serialising (ammonia), and it is always the last step: nothing
edits HTML after it. Profiles: *mail* (what arrives; layout kept), *outgoing* (what a rich-text editor makes), *note*
(the same, with who is mentioned), *draft* (what the editor of the composer holds).
"""

from steward.lib.html.linking import text_to_html
from steward.lib.html.reading import html_to_text
from steward.lib.html.rendering import frame_policy, has_remote_images, remote_images, render_mail
from steward.lib.html.sanitising import mentioned_in, sanitise_draft, sanitise_mail, sanitise_note, sanitise_outgoing

__all__ = [
    "frame_policy",
    "has_remote_images",
    "html_to_text",
    "mentioned_in",
    "remote_images",
    "render_mail",
    "sanitise_draft",
    "sanitise_mail",
    "sanitise_note",
    "sanitise_outgoing",
    "text_to_html",
]
