"""Answering what AWS announces or does: from the notice to the proven end of an incident."""
