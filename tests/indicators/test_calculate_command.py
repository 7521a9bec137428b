"""The command itself: exit codes, standard input, no database, no setting."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
GOOD = '{"id": 1, "inputs": {"initial": 100, "current": 110}}\n'
BAD = '{"id": 2, "inputs": {"initial": 100}}\n'


def calculate(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run manage.py with an empty environment."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "calculate", *arguments],
        input=given,
        capture_output=True,
        text=True,
        env={},
        cwd=ROOT,
        check=False,
        timeout=60,
    )


def test_standard_input_goes_to_standard_output_without_any_setting() -> None:
    for arguments in (["drift"], ["drift", "-"]):
        done = calculate(*arguments, given=GOOD)
        assert done.returncode == 0
        assert done.stderr == ""
        assert json.loads(done.stdout) == {
            "id": 1,
            "values": {"drift": 0.1},
            "reasons": {},
            "warnings": [],
        }


def test_a_bad_line_exits_with_1_after_the_other_lines(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(BAD + GOOD)
    done = calculate("drift", str(file))
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["errors"][0]["path"] == "inputs.current"
    assert second["values"] == {"drift": 0.1}


@pytest.mark.parametrize("arguments", [["unknown"], ["drift", "/nowhere/at/all"], []])
def test_a_wrong_call_exits_with_2(arguments: list[str]) -> None:
    done = calculate(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_empty_file_gives_nothing(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.touch()
    done = calculate("evm", str(file))
    assert (done.returncode, done.stdout) == (0, "")


def test_the_command_is_reached_through_django_too(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(GOOD + BAD)
    output = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("calculate", "drift", str(file), stdout=output)
    assert refused.value.returncode == 1
    assert len(output.getvalue().splitlines()) == 2
    with pytest.raises(CommandError) as refused:
        call_command("calculate", "unknown", stdout=output)
    assert refused.value.returncode == 2
