"""Contract 14, at a terminal: each command that names an account is sorted by what it shows or changes of it."""

import argparse
import importlib

import pytest

from steward.privacy.support_access.commands import COMMANDS, FREE
from steward.project import cli

NOT_OURS = {"django"}  # Django's own commands, for whoever has a shell on the host


class _Read(BaseException):
    """Ends a command as it would read its arguments."""

    def __init__(self, parser):
        self.parser = parser


def parser_of(name, monkeypatch):
    def stop(parser, *_arguments, **_options):
        raise _Read(parser)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    with pytest.raises(_Read) as read:
        importlib.import_module(f"{cli.PACKAGE}.{cli.COMMANDS[name].module}").main([])
    return read.value.parser


def leaves(name, parser):
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for word, sub in action.choices.items():
            yield from leaves(f"{name}.{word}", sub)


def names_an_account(parser):
    return any(
        one.dest in {"account", "slug"} or "SLUG" in str(one.metavar) for one in parser._actions if one.dest != "help"
    )


@pytest.fixture
def found(monkeypatch):
    """Each command and sub-command with its parser."""
    with monkeypatch.context() as patched:
        return dict(leaf for name in {*cli.COMMANDS} - NOT_OURS for leaf in leaves(name, parser_of(name, patched)))


def test_each_is_sorted_once(found):
    naming = {name for name, parser in found.items() if names_an_account(parser)}
    assert len(naming) > 40
    assert naming - {*COMMANDS} - FREE == set(), (
        "sort it in support_access/commands.py, and ask for leave if it needs one"
    )
    assert {*COMMANDS} & FREE == set()


def test_none_is_sorted_that_is_not_there(found):
    assert ({*COMMANDS} | FREE) - {*found} == set()
