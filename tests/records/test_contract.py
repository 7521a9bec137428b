"""The endpoints of the room answer what their document says, whatever a reader sends them.

Those who write send theirs in `tests/api/test_contract_schemathesis.py`.
"""

from __future__ import annotations

import io

import pytest

from records.services import attachments, comments
from tests.api.test_contract_schemathesis import CSRF, document, fuzz, operations
from tests.records import files

PLACES = ("attachments", "comments", "notifications")


@pytest.mark.parametrize("role", ["auditor"])
def test_every_operation_keeps_its_contract(client, team, role):
    for number in range(3):
        attachments.attach_document(
            actor=team["manager"],
            subject_kind="project",
            subject_code="P-1",
            content=io.BytesIO(files.PDF),
            file_name=f"{number}.pdf",
            size=len(files.PDF),
        )
        comments.write_comment(
            actor=team["manager"],
            subject_kind="project",
            subject_code="P-1",
            body="@the-controller @inside-director",
        )
    client.force_login(team[role])
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": CSRF}
    mine = [op for op in operations(document()) if op.path.split("/")[3] in PLACES]
    assert len(mine) == 18
    for operation in mine:
        fuzz(operation, {role: cookies})
