"""Formulas of the indicators: numpy arrays in, `Outcome` arrays out.

Nothing here knows Django, a database or a file. Every function takes arrays over N projects (one
project is an array of length one) and gives back arrays of the same length. Rows never influence
each other, whatever the chunk they are computed in.
"""
