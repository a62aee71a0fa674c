"""The wires: sensors, button, light, and their twins.  Imports nothing of the station."""
