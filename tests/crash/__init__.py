"""The crash matrix: real processes among stand-ins, ended and hindered in every way, and an auditor who adds it all up.

`make crash` plays everything on both databases and prints a table; a quick part of it is in test_matrix.py.
"""
