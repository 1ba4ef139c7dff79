"""What pages and mails show of a brand."""

from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.html import escape

from steward.brand.colours import lch, on_dark
from steward.brand.models import Brand, Font, InMails
from steward.files.actions import read_file
from steward.files.models import File

LOGO_ID = "logo@brand"  # the Content-ID in a mail (RFC 2392)
_LOGO_HEIGHT, _LOGO_WIDTH = 40, 240  # pixels at most, in a mail

# As data-font in tokens.css; mails carry them inline.
FONTS = {
    Font.SYSTEM.value: "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
    Font.SERIF.value: "Charter, Georgia, 'Noto Serif', serif",
    Font.ROUNDED.value: "ui-rounded, 'SF Pro Rounded', 'Nunito Sans', 'Segoe UI', sans-serif",
}


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture, once it is needed."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """The brand of an account, read once for a page or a batch of mails."""

    name: str
    accent: str
    corners: str
    font: str
    in_mails: str
    logo_file: File | None = None
    logo_size: tuple[int, int] = (0, 0)

    @property
    def version(self) -> str:
        """Another one whenever the style sheet is."""
        return f"{self.accent[1:]}"

    @property
    def logo_digest(self) -> str:
        """The name of the picture, which is never used for another; empty without one."""
        return bytes(self.logo_file.sha256).hex() if self.logo_file else ""

    @property
    def is_worn_in_mails(self) -> bool:
        """Whether mails look different for it."""
        return self.in_mails != InMails.NOTHING or self.font != Font.SYSTEM

    def logo_for_mails(self) -> Logo | None:
        """The picture that mails carry, where that is chosen."""
        if self.in_mails != InMails.LOGO or self.logo_file is None:
            return None
        return Logo(self.logo_file.content_type, b"".join(read_file(self.logo_file)))


def look_of(account_name: str) -> Look | None:
    """The brand of the account in scope; None when it has chosen nothing."""
    brand = Brand.objects.select_related("logo").first()
    if brand is None:
        return None
    return Look(
        name=brand.name or account_name,
        accent=brand.accent,
        corners=brand.corners,
        font=brand.font,
        in_mails=brand.in_mails,
        logo_file=brand.logo,
        logo_size=(brand.logo_width, brand.logo_height),
    )


def dressed(html: str, look: Look | None, *, logo_source: str = f"cid:{LOGO_ID}") -> str:
    """The HTML of a mail in the brand, to be sanitised after. `logo_source` is where the picture comes from."""
    if look is None or not look.is_worn_in_mails:
        return html
    font = f' style="font-family:{FONTS[look.font]}"' if look.font != Font.SYSTEM else ""
    return f"<div{font}>{_head(look, logo_source)}{html}</div>"


def style_sheet(accent: str) -> str:
    """The style sheet that sets the accent where a page says `data-brand`: light, dark, and what follows from them."""
    _, chroma, hue = lch(accent)
    return (
        "[data-brand] {"
        f"--accent-h: {hue:.1f}; --accent-c: {min(chroma, 0.2):.3f};"
        f"--accent: light-dark({accent}, {on_dark(accent)});"
        f"--accent-strong: light-dark({accent}, {on_dark(accent)});"
        "}\n"
    )


def logo_named(digest: str) -> File | None:
    """The logo of the account in scope, by the digest in its address."""
    brand = Brand.objects.select_related("logo").exclude(logo=None).first()
    if brand is None or brand.logo is None or bytes(brand.logo.sha256).hex() != digest:
        return None
    found: File = brand.logo
    return found


def _head(look: Look, source: str) -> str:
    if look.in_mails == InMails.NOTHING:
        return ""
    line = f"border-bottom:3px solid {look.accent};padding-bottom:8px;margin-bottom:16px"
    if look.in_mails == InMails.LOGO and look.logo_file is not None:
        width, height = _fitted(*look.logo_size)
        image = f'<img src="{escape(source)}" alt="{escape(look.name)}" width="{width}" height="{height}">'
        return f'<p style="{line}">{image}</p>'
    return f'<p style="{line};font-weight:bold;color:{look.accent}">{escape(look.name)}</p>'


@lru_cache(maxsize=64)
def _fitted(width: int, height: int) -> tuple[int, int]:
    scale = min(_LOGO_HEIGHT / max(height, 1), _LOGO_WIDTH / max(width, 1), 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)


__all__ = ["FONTS", "LOGO_ID", "Logo", "Look", "dressed", "logo_named", "look_of", "style_sheet"]
