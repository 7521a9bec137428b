"""Secrets planted by the tests, none of which may be found anywhere afterwards."""

from __future__ import annotations

CANARIES = {
    "password": "Canari-mot-de-passe-01",
    "bearer": "canari2bearer",
    "client_secret_header": "canari3basic",
    "client_secret_body": "canari4corps",
    "session": "canari5session0123456789abcdefgh",
    "csrf": "canari6csrf0123456789abcdefghijk",
    "query_token": "canari7requete",
    "path_token": "canari8-0123456789abcdef0123456789abcdef",
    "database_password": "canari9base",
    "redis_password": "canari10redis",
    "api_key": "canari11cle",
    "private_key": "canari12 prive avec des espaces",
    "jwt": "eyJhbGciOiJub25lIn0.eyJjYW5hcmkiOjEzfQ.canari13",
    "field": "canari14champ",
}
