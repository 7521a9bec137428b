"""A provider of identities on this machine: it does all that a real one does, or forges on demand.

It keeps the rules of the protocol on its side (codes used once, PKCE, its own clients), and each
test replaces what it wants to forge: `id_token`, `userinfo`, `keys`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET = "portfolio", "client-secret-of-the-tests-0123456789"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Claims = dict[str, Any]


def jwk_of(key: Any, kid: str, alg: str) -> Claims:
    """Return the public half of a key as the provider publishes it."""
    kind = jwt.algorithms.RSAAlgorithm if alg.startswith("RS") else jwt.algorithms.ECAlgorithm
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": alg}


def pem_of(key: Any) -> bytes:
    """Return the public half of a key as PEM."""
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def encode(part: Any) -> str:
    """Return one part of a token."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: Claims, key: Any = RSA_KEY, alg: str = "RS256", **headers: Any) -> str:
    """Return a token as the provider signs it, with other headers if asked."""
    return jwt.encode(claims, key, algorithm=alg, headers={"kid": "rsa-1", **headers})


def hs256(claims: Claims, secret: bytes) -> str:
    """Return a token signed by a secret, which the library itself refuses to make with a PEM."""
    body = f"{encode({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'JWT'})}.{encode(claims)}"
    return f"{body}.{encode(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


class Provider:
    """The provider and what it gave."""

    def __init__(self) -> None:
        self.id_token: Callable[[Claims], Any] = signed
        self.userinfo: Callable[[Claims], tuple[str, str]] = lambda claims: (
            "application/jwt",
            signed(claims),
        )
        self.keys = [jwk_of(RSA_KEY, "rsa-1", "RS256"), jwk_of(EC_KEY, "ec-1", "ES256")]
        self.subject, self.email, self.acr = "subject-1", "someone@example.org", "eidas1"
        self.published: Claims = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.given: list[str] = []
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                """Stay silent."""

            def do_GET(self) -> None:
                self.answer(*provider.read(self.path, self.headers.get("Authorization", "")))

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(size).decode())
                self.answer(*provider.exchange({name: value[0] for name, value in form.items()}))

            def answer(self, status: int, kind: str, body: str) -> None:
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def authorize(self, url: str, client: str = CLIENT) -> dict[str, str]:
        """Let the person log in at the provider; return what their browser brings back."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = {
            "client": client,
            "nonce": asked.get("nonce", ""),
            "challenge": asked.get("code_challenge", ""),
            "method": asked.get("code_challenge_method", ""),
            "redirect_uri": asked["redirect_uri"],
        }
        return {"code": code, "state": asked["state"]}

    def claims(self, nonce: str, access_token: str) -> Claims:
        """Return the claims of an honest ID token."""
        now = int(time.time())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        return {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "acr": self.acr,
            "at_hash": encode(half),
        }

    def exchange(self, form: dict[str, str]) -> tuple[int, str, str]:
        """Answer the token endpoint: a code is used once, by its client, with its verifier."""
        known = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        challenge = encode(hashlib.sha256(verifier.encode()).digest())
        honest = known is not None and (
            known["client"] == form.get("client_id")
            and form.get("client_secret") == SECRET
            and known["redirect_uri"] == form.get("redirect_uri")
            and known["method"] == "S256"
            and hmac.compare_digest(known["challenge"], challenge)
        )
        if not honest or known is None:
            return 400, "application/json", json.dumps({"error": "invalid_grant"})
        access_token = secrets.token_urlsafe(16)
        self.tokens[access_token] = self.subject
        token = self.id_token(self.claims(known["nonce"], access_token))
        self.given.append(token)
        body = {"access_token": access_token, "token_type": "Bearer", "id_token": token}
        return 200, "application/json", json.dumps(body)

    def read(self, path: str, authorization: str) -> tuple[int, str, str]:
        """Answer the other endpoints."""
        self.asked.append(path)
        if path.endswith("openid-configuration"):
            return 200, "application/json", json.dumps(self.configuration())
        if path == "/jwks":
            return 200, "application/json", json.dumps({"keys": self.keys})
        if path == "/userinfo" and authorization.removeprefix("Bearer ") in self.tokens:
            claims = {
                "iss": self.issuer,
                "aud": CLIENT,
                "sub": self.subject,
                "email": self.email,
                "email_verified": True,
                "given_name": "Inès",
                "usual_name": "Exemple",
            }
            return 200, *self.userinfo(claims)
        return 401, "application/json", "{}"

    def configuration(self) -> Claims:
        """Return what the provider publishes."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            **self.published,
        }
