"""The log-in form reads what a browser posts, dressed as the other forms."""

from __future__ import annotations

from django.test import Client

from accounts.models import User


def test_a_person_logs_in_by_the_form(director: User) -> None:
    typed = {"username": "director", "password": "secret-of-tests"}
    answer = Client().post("/connexion/", typed)
    assert answer.status_code == 302, answer.content.decode()[-2000:]


def test_a_wrong_password_shows_the_form_again(director: User) -> None:
    answer = Client().post("/connexion/", {"username": "director", "password": "wrong"})
    assert answer.status_code in (200, 401, 422)
    assert b'class="fr-input"' in answer.content
