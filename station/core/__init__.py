"""The pure heart: no I/O, no clock, no threads, no logging.  Told the time, it answers with events."""
