"""Everything that is heard: exercises as data, voice clips, chimes.  Imports nothing of the station."""
