"""Tests of the rules on credits and commitments."""
