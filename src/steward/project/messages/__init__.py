"""The texts of Steward in its languages: found in the sources, kept in catalogues, checked, compiled.

- A *message* is a text marked for translation; a *catalogue* is `steward/locale/<code>/LC_MESSAGES/django.po`, one for
  each language but English, which stands in the sources.
- `upstream.po` beside it holds what Django or allauth show and have not translated into that language themselves.
- Both are compiled into one `django.mo`, which is not kept under version control: whatever starts Steward from a
  checkout compiles what changed, and a wheel carries only what was compiled.

`python -m steward.project.messages` lists the commands.
"""

# Their catalogues may have untranslated and fuzzy entries while somebody works on them. Released with none.
LANGUAGES_IN_WORK: tuple[str, ...] = ()
