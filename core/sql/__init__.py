"""Statements: one function, one statement, ``tx`` first, our own types out."""
