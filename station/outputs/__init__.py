"""Everything the station does to the world: sound, light, MQTT, memory.  One module or folder each."""
