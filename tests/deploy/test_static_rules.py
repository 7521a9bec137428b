"""The rules of safety hold in the code, and semgrep finds each fault that they name.

What `make check` asks of semgrep is asked here again of the syntax trees, for the rules must hold
where semgrep is not installed.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import local_rules
from tests.architecture.source import ROOT, modules, name, tree

SAMPLES = ROOT / ".semgrep" / "samples"
MARK = re.compile(r"(ruleid|ok): ([a-z-]+)")


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Return the calls of a module with the text of what is called."""
    found = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    return [(ast.unparse(call.func), call) for call in found]


def is_delivery(path: Path) -> bool:
    return path.name.endswith("views.py") or "api" in path.parts


def is_wrong_queryset(call: ast.Call) -> bool:
    """Tell whether a field reads every row; the list of the ministries is public."""
    told = [ast.unparse(word.value) for word in call.keywords if word.arg == "queryset"]
    return any(one.endswith(".objects.all()") and one != "Ministry.objects.all()" for one in told)


CALLS: dict[str, Callable[[Path, str, ast.Call], bool]] = {
    "bare-delay": lambda _path, text, _call: text.endswith((".delay", ".apply_async")),
    "unescaped-text": lambda _path, text, _call: text.split(".")[-1] in {"mark_safe", "SafeString"},
    "unscoped-get": lambda path, text, _call: text.endswith(".objects.get") and is_delivery(path),
    "unscoped-field": lambda _path, _text, call: is_wrong_queryset(call),
    "unscoped-serializer": lambda path, text, _call: (
        text.endswith(".objects.all") and path.name.endswith("serializers.py")
    ),
    "pattern-of-a-user": lambda _path, _text, call: any(
        re.search(r"__i?regex$", word.arg or "") for word in call.keywords
    ),
}


def faults_of(path: Path) -> set[tuple[str, int]]:
    """Return the (rule, line) faults of a Python file."""
    found = {
        (rule, call.lineno)
        for text, call in calls(path)
        for rule, is_fault in CALLS.items()
        if is_fault(path, text, call)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign) and ast.unparse(node) == "fields = '__all__'":
            found.add(("every-field", node.lineno))
        if isinstance(node, ast.FunctionDef) and name(path) != "common/api/errors.py":
            found |= {
                ("csrf-exempt", one.lineno)
                for one in node.decorator_list
                if ast.unparse(one) == "csrf_exempt"
            }
    return found


def unescaped(text: str) -> list[int]:
    pattern = re.compile(r"\|\s*(?:safe|safeseq)\b|\{%\s*autoescape\s+off")
    lines = enumerate(text.splitlines(), start=1)
    return [number for number, line in lines if pattern.search(line)]


def wanted(path: Path) -> set[tuple[str, int]]:
    """Return the faults that a sample announces: each is on the line after its mark."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=2)
    marks = [(MARK.search(line), number) for number, line in lines]
    return {(mark[2], number) for mark, number in marks if mark and mark[1] == "ruleid"}


def test_the_code_breaks_no_rule_of_safety():
    faults = {name(path): faults_of(path) for path in modules()}
    assert {path: found for path, found in faults.items() if found} == {}


def test_no_template_lets_text_through_unescaped():
    rooms = [path for path in ROOT.glob("*/templates/**/*") if path.is_file()]
    assert len(rooms) > 40
    assert [name(path) for path in rooms if unescaped(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.py")), ids=lambda path: path.name)
def test_each_fault_of_a_sample_is_found_and_nothing_else(path):
    assert len(wanted(path)) > 0
    assert faults_of(path) == wanted(path)


def test_semgrep_finds_each_fault_of_the_samples_and_nothing_else(tmp_path):
    if not (local_rules.VENV / ".installed").exists():
        pytest.skip("semgrep is not installed (make check installs it)")
    # Out of .semgrep/, which the ignore file leaves out.
    folder = shutil.copytree(SAMPLES, tmp_path / "samples")
    done = subprocess.run(
        local_rules.command(".", options=("--json", "--no-git-ignore")),
        cwd=folder,
        env=local_rules.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    found = {
        (one["path"], one["check_id"].split(".")[-1], one["start"]["line"])
        for one in report["results"]
    }
    samples = [path for path in SAMPLES.rglob("*") if path.is_file()]
    announced = {
        (path.relative_to(SAMPLES).as_posix(), rule, line)
        for path in samples
        for rule, line in wanted(path)
    }
    assert report["errors"] == []
    assert found == announced
    assert {rule for _path, rule, _line in found} == set(
        re.findall(r"- id: (\S+)", local_rules.RULES.read_text(encoding="utf-8"))
    )
