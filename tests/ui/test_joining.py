"""Joined files: the same as the separate ones, in the order in which browsers run them."""

from pathlib import Path

import pytest

from steward import ui
from steward.ui.joining import CannotJoin, joined_scripts, joined_styles

STATIC = Path(ui.__file__).parent / "static"


def reading(**files):
    return lambda name: files[name.removeprefix("js/").removesuffix(".js")]


def test_a_module_comes_after_what_it_imports_and_once():
    read = reading(
        main='import "./a.js";\nimport { two as second } from "./b.js";\nsecond();\n',
        a='import { two } from "./b.js";\nexport const one = two();\n',
        b="export function two() {}\n",
    )
    assert joined_scripts("js/main.js", read) == (
        "const $b = (() => {\nfunction two() {}\n\nreturn { two };\n})();\n"
        "const $a = (() => {\nconst { two } = $b;\nconst one = two();\n\nreturn { one };\n})();\n"
        "const $main = (() => {\nconst { two: second } = $b;\nsecond();\n\n})();\n"
    )


def test_what_lies_elsewhere_stays_imported():
    read = reading(main='import "./a.js";\nimport Thing from "../vendor/thing.js";\n', a="let a = 1;\n")
    assert joined_scripts("js/main.js", read).startswith('import Thing from "../vendor/thing.js";\nconst $a')


@pytest.mark.parametrize(
    "text", ["export default 1;\n", "export let a = 1;\n", "import * as all from './x.js';\n", "import('./x.js');\n"]
)
def test_other_forms_are_refused(text):
    with pytest.raises(CannotJoin):
        joined_scripts("js/main.js", reading(main=text))


@pytest.mark.parametrize("entry", ["console.js", "live-worker.js"])
def test_our_own_modules_can_be_joined(entry):
    joined = joined_scripts(f"steward/js/{entry}", lambda name: (STATIC / name).read_text())
    assert '"./' not in "".join(line for line in joined.splitlines() if line.startswith("import"))


def test_style_sheets_take_the_place_of_their_imports():
    joined = joined_styles("steward/steward.css", lambda name: (STATIC / name).read_text())
    assert "@import" not in joined
    assert joined.index("@layer reset, tokens") < joined.index(".palette {")
