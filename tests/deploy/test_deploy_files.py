"""The files of deploy/ agree with the code, and the programs that read them accept them."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest

from scripts import serve
from tests.architecture.source import ROOT, modules, tree

DEPLOY = ROOT / "deploy"
# Read by the system's own tools, or by the tests and the developers only.
OTHERS = {"DJANGO_SETTINGS_MODULE", "BACKUP_KEEP"}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def is_reader(call: ast.Call) -> bool:
    """Tell whether a call reads the environment: env.str(…), os.environ.get(…)."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value)
    return owner in {"env", "_env"} or (
        owner == "os.environ" and function.attr in {"get", "setdefault"}
    )


def variables_read() -> set[str]:
    """Return the names of the variables that the site and gunicorn's configuration read."""
    files = [*modules("dne_portfolio", "accounts", "common", "records", "jobs", "web")]
    names = set()
    for path in [*files, DEPLOY / "gunicorn.conf.py"]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and is_reader(node):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    names.add(first.value)
    return names


def variables_told() -> set[str]:
    text = (DEPLOY / "environment.sample").read_text(encoding="utf-8")
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))


def test_the_environment_sample_tells_every_variable_and_no_other():
    assert len(variables_read()) > 20
    assert variables_told() == variables_read() | OTHERS


def test_the_sample_holds_no_secret():
    text = (DEPLOY / "environment.sample").read_text(encoding="utf-8")
    assert re.search(r"^SECRET_KEY=$", text, re.MULTILINE)
    assert "METRICS_TOKEN=\n" in text


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_hardened_and_names_its_profile(unit):
    text = unit.read_text(encoding="utf-8")
    for line in (
        "NoNewPrivileges=true",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=true",
        "PrivateTmp=true",
        "RestrictSUIDSGID=true",
        "SystemCallFilter=@system-service",
        "User=portfolio",
        "EnvironmentFile=/etc/portfolio/environment",
        "Environment=DJANGO_SETTINGS_MODULE=dne_portfolio.settings.production",
    ):
        assert line in text.splitlines(), line
    profile = "web" if unit.stem == "portfolio-web" else "jobs"
    assert f"Environment=DATABASE_PROFILE={profile}" in text
    assert "ALLOW" not in text


def test_systemd_accepts_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is absent")
    for path in (DEPLOY / "systemd").iterdir():
        # The programs are not installed here: `true` stands for each of them.
        text = re.sub(r"^(Exec\w+=)\S+", rf"\1{shutil.which('true')}", path.read_text(), flags=re.M)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    own = [line for line in done.stderr.splitlines() if "portfolio-" in line]
    assert own == []


@pytest.fixture(scope="module")
def nginx_sample(tmp_path_factory):
    """The sample with a certificate and folders of its own."""
    if not shutil.which("nginx") or not shutil.which("openssl"):
        pytest.skip("nginx or openssl is absent")
    folder = tmp_path_factory.mktemp("nginx")
    key, chain = folder / "key.pem", folder / "fullchain.pem"
    subject = ["-subj", "/CN=portfolio.example.org", "-days", "1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject]
    subprocess.run([*command, "-keyout", key, "-out", chain], capture_output=True, check=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/portfolio/tls", str(folder))
    whole = folder / "nginx.conf"
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{paths}access_log off;\n{text}\n}}\n",
        encoding="utf-8",
    )
    return whole


def test_nginx_accepts_its_sample(nginx_sample):
    done = subprocess.run(
        ["nginx", "-t", "-e", "stderr", "-c", str(nginx_sample)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr


def test_nginx_overwrites_what_the_client_says_of_its_address_and_bounds_the_body():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "proxy_add_x_forwarded_for" not in text
    assert "client_max_body_size 25m;" in text
    for place in ("= /metrics", "= /health/ready", "/administration-technique/"):
        block = re.search(rf"location {re.escape(place)} \{{(.*?)\n    \}}", text, re.DOTALL)
        assert block is not None
        assert "deny all;" in block.group(1), place


@pytest.mark.parametrize("name", ["backup.sh", "upgrade.sh"])
def test_a_script_is_executable_and_parses(name):
    path = DEPLOY / name
    assert os.access(path, os.X_OK)
    assert subprocess.call(["bash", "-n", str(path)]) == 0
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", ["dne_portfolio.wsgi", "dne_portfolio.asgi"])
def test_a_server_without_a_settings_variable_has_those_of_production(module, tmp_path):
    code = (
        f"import {module}; from django.conf import settings;"
        "print(settings.SETTINGS_MODULE, settings.DEBUG, settings.SESSION_COOKIE_SECURE)"
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "portfolio.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["dne_portfolio.settings.production", "False", "True"]
    del environment["SECRET_KEY"]
    refused = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert refused.returncode != 0
    assert b"SECRET_KEY" in refused.stderr


def test_the_office_keeps_a_secret_of_its_own_and_obeys_what_is_given(tmp_path):
    first = serve.office_environment({"VAR_DIR": str(tmp_path), "PORT": "8100"})
    again = serve.office_environment({"VAR_DIR": str(tmp_path)})
    assert first["SECRET_KEY"] == again["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) > 60
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert first["GUNICORN_BIND"] == "127.0.0.1:8100"
    assert first["DEBUG"] == "false"
    given = {
        "VAR_DIR": str(tmp_path),
        "DEBUG": "true",
        "SECRET_KEY": "k",
        "HTTPS": "true",
        "BIND": "10.0.0.7:80",
        "REDIS_URL": "redis://x",
    }
    told = serve.office_environment(given)
    assert (told["DEBUG"], told["SECRET_KEY"], told["HTTPS"]) == ("false", "k", "true")
    assert "10.0.0.7" in told["ALLOWED_HOSTS"].split(",")
    assert [len(serve.programs(one)) for one in (told, first)] == [1, 2]


def test_every_page_of_deploy_is_told_in_the_operations_page():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    missing = [
        path.name
        for path in DEPLOY.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name not in text
    ]
    assert missing == []
