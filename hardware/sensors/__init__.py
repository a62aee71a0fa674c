"""Sensor drivers and their twins; `contract.py` says what a driver is."""
