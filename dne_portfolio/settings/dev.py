"""Development and demonstration: every default is safe on one machine, nothing else to install."""

from __future__ import annotations

from dne_portfolio.settings.api import *
from dne_portfolio.settings.auth import *
from dne_portfolio.settings.base import *
from dne_portfolio.settings.celery import *
from dne_portfolio.settings.logs import *
from dne_portfolio.settings.mail import *
from dne_portfolio.settings.security import *
