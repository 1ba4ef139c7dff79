"""Every address of the site, as Django's resolver knows them: a new one is found without being written down twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """A pattern such as `console/tickets/<code>`, and the names of its parameters in their order."""

    pattern: str
    parameters: tuple[str, ...]

    def path(self, samples: Mapping[str, Any]) -> str:
        """The address with one sample of each parameter."""
        path = "/" + self.pattern
        for name in self.parameters:
            start = path.index("<")
            path = path[:start] + str(samples[name]) + path[path.index(">") + 1 :]
        return path

    def sample(self, samples: Mapping[str, Any], name: str) -> Any:
        """What this route has of its own for the parameter, else what there is for the name; None without either."""
        return samples.get(f"{self.pattern} {name}", samples.get(name))


def routes(patterns: Sequence[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[Route]:
    """Every route below these patterns, those of the whole site by default."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        whole = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield Route(whole, tuple(each.pattern.converters))
        else:
            yield from routes(each.url_patterns, whole)
