"""What a calendar part (RFC 5545) says to a human, for mails that consist of nothing else."""

from __future__ import annotations

import re

UNFOLD = re.compile(r"\n[ \t]")
PROPERTY = re.compile(r"^([A-Za-z-]+)((?:;(?:\"[^\"]*\"|[^\":;])*)*):(.*)$")
ESCAPED = re.compile(r"\\([\\;,nN])")
TIME = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?$")
NAME = re.compile(r";CN=(\"[^\"]*\"|[^;]*)", re.I)
MAX_EVENTS = 20


def calendar_text(text: str) -> str:
    """Summary, time, place, organiser and description of each event; no labels, so nothing needs translating."""
    events = [_event_text(event) for event in _events(text)]
    return "\n\n".join(event for event in events if event)


def _events(text: str) -> list[dict[str, str]]:
    events: list[dict[str, str]] = []
    inside = False
    for line in UNFOLD.sub("", text).split("\n"):
        match = PROPERTY.match(line.strip())
        if match is None:
            continue
        name, parameters, value = match.group(1).upper(), match.group(2), match.group(3)
        if name in ("BEGIN", "END"):
            if value.upper() in ("VEVENT", "VTODO", "VJOURNAL"):
                inside = name == "BEGIN" and len(events) < MAX_EVENTS
                events += [{}] if inside else []
        elif inside:
            events[-1].setdefault(name, _value(name, parameters, value))
    return events


def _value(name: str, parameters: str, value: str) -> str:
    if name in ("DTSTART", "DTEND", "DUE"):
        return _time(value)
    if name == "ORGANIZER":
        email = re.sub(r"^mailto:", "", value, flags=re.I)
        match = NAME.search(parameters)
        name_given = match.group(1).strip('"') if match else ""
        return f"{name_given} <{email}>" if name_given else email
    return ESCAPED.sub(lambda escape: "\n" if escape.group(1) in "nN" else escape.group(1), value).strip()


def _time(value: str) -> str:
    match = TIME.match(value.strip())
    if match is None:
        return value.strip()
    year, month, day, hour, minute, zulu = match.groups()
    clock = f" {hour}:{minute}{' UTC' if zulu else ''}" if hour else ""
    return f"{year}-{month}-{day}{clock}"


def _event_text(event: dict[str, str]) -> str:
    times = " – ".join(event[name] for name in ("DTSTART", "DTEND", "DUE") if event.get(name))
    lines = [event.get("SUMMARY", ""), times, event.get("LOCATION", ""), event.get("ORGANIZER", "")]
    head = "\n".join(line for line in lines if line)
    return "\n\n".join(text for text in (head, event.get("DESCRIPTION", "")) if text)
