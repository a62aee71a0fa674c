"""The wiring drawings, drawn from one table (`pins.toml`): `python -m hardware.wiring` writes them anew."""
