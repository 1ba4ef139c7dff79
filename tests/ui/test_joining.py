"""Parts of scripts: the same as the separate modules, in the order in which browsers run them, none of them twice."""

from pathlib import Path

import pytest

from steward import ui
from steward.ui.joining import CannotJoin, Scripts, small_scripts
from steward.ui.storage import PARTS

JS = Path(ui.__file__).parent / "static/steward/js"


def joined(part, *, parts=("main.js",), **files):
    return Scripts(lambda name: files[name.removesuffix(".js")], parts).joined(part)


def test_a_module_comes_after_what_it_imports_and_once():
    assert joined(
        "main.js",
        main='import "./a.js";\nimport { two as second } from "./b.js";\nsecond();\n',
        a='import { two } from "./b.js";\nexport const one = two();\n',
        b="export function two() {}\n",
    ) == (
        "const $b = (() => {\nfunction two() {}\n\nreturn { two };\n})();\n"
        "const $a = (() => {\nconst { two } = $b;\nconst one = two();\n\nreturn { one };\n})();\n"
        "const $main = (() => {\nconst { two: second } = $b;\nsecond();\n\nreturn {  };\n})();\n"
        "export { $b, $a, $main };\n"
    )


def test_what_lies_elsewhere_stays_imported():
    text = joined("main.js", main='import "./a.js";\nimport Thing from "../vendor/thing.js";\n', a="let a = 1;\n")
    assert text.startswith('import Thing from "../vendor/thing.js";\nconst $a')


def test_modules_of_another_part_are_taken_from_it():
    text = joined(
        "main.js",
        parts=("main.js", "base.js"),
        main='import "./base.js";\nimport { one } from "./a.js";\none();\n',
        base='import "./a.js";\n',
        a="export function one() {}\n",
    )
    assert text.startswith('import { $a, $base } from "./base.js";\nconst $main = (() => {\nconst { one } = $a;\n')


def test_a_part_that_is_loaded_later_gives_what_it_exports():
    files = {"main": 'import("./late.js");\n', "late": "export const one = 1;\n"}
    parts = ("main.js", "late.js")
    assert 'import("./late.js")' in joined("main.js", parts=parts, **files)
    assert joined("late.js", parts=parts, **files).endswith("export const { one } = $late;\n")


def test_what_would_run_twice_is_refused():
    files = {"main": 'import "./a.js";\nimport("./late.js");\n', "late": 'import "./a.js";\n', "a": "let a = 1;\n"}
    with pytest.raises(CannotJoin, match=r"a\.js is in main\.js and in late\.js"):
        joined("main.js", parts=("main.js", "late.js"), **files)


def test_parts_that_name_each_other_are_refused():
    files = {"main": 'import("./late.js");\n', "late": 'import "./main.js";\n'}
    with pytest.raises(CannotJoin, match="asks for itself"):
        joined("main.js", parts=("main.js", "late.js"), **files)


@pytest.mark.parametrize(
    "text", ["export default 1;\n", "export let a = 1;\n", "import * as all from './x.js';\n", "import('./x.js');\n"]
)
def test_other_forms_are_refused(text):
    with pytest.raises(CannotJoin):
        joined("main.js", main=text)


def test_what_is_no_part_cannot_be_loaded_later():
    with pytest.raises(CannotJoin, match="which is no part"):
        joined("main.js", main='import("./late.js");\n', late="let a = 1;\n")


@pytest.mark.parametrize("part", PARTS)
def test_our_own_parts_can_be_joined(part):
    text = Scripts(lambda name: (JS / name).read_text(), PARTS).joined(part)
    assert {line.split('"')[1][2:] for line in text.splitlines() if line.startswith("import") and '"./' in line} <= {
        *PARTS
    }


def test_every_module_is_in_a_part():
    scripts = Scripts(lambda name: (JS / name).read_text(), PARTS)
    assert {name for part in PARTS for name in scripts.modules(part)} == {path.name for path in JS.glob("*.js")}


def test_small_scripts_keep_strings_templates_and_expressions():
    source = '// why\nconst a = `x  ${1 + 1}\n  // y`;\nconst b = /[/\'"]  \\//.test("a  b"); /* c */\n'
    assert small_scripts(source) == 'const a=`x  ${1 + 1}\n  // y`;const b=/[/\'"]  \\//.test("a  b");'
