"""What a received file is: fourteen files that are kept, fifty that are not."""

from __future__ import annotations

import io

import pytest

from records.exceptions import FileRefused
from records.rules.files import LARGEST_FILE, type_of_file
from records.rules.names import clean_file_name, extension_of
from tests.records import files


@pytest.mark.parametrize("name", files.GOOD)
def test_an_office_document_is_recognised_by_its_content(name):
    content = files.GOOD[name]
    found = type_of_file(io.BytesIO(content), name, len(content))
    assert found == {"jpeg": "jpg"}.get(extension_of(name), extension_of(name))


@pytest.mark.parametrize("name", files.BAD)
def test_everything_else_is_refused(name):
    content = files.BAD[name]
    with pytest.raises(FileRefused) as refused:
        type_of_file(io.BytesIO(content), name, len(content))
    assert str(refused.value).startswith("Ce fichier") or "refused" in str(refused.value)


def test_twenty_megabytes_are_kept_and_one_byte_more_is_not():
    content = b"a" * LARGEST_FILE
    assert type_of_file(io.BytesIO(content), "a.txt", LARGEST_FILE) == "txt"
    with pytest.raises(FileRefused):
        type_of_file(io.BytesIO(content + b"a"), "a.txt", LARGEST_FILE + 1)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\system32\\a.pdf", "a.pdf"),
        ("/etc/cron.d/a.txt", "a.txt"),
        ("C:\\a.pdf", "a.pdf"),
        ("....//....//a.pdf", "a.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("facture\u202efdp.pdf", "facturefdp.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ('<img src=x onerror="alert(1)">.pdf', "_img src=x onerror=_alert(1)__.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("a.pdf/", ""),
        ("..", ""),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_a_name_is_made_harmless_and_keeps_its_extension(given, kept):
    assert clean_file_name(given) == kept
