"""The desk station: feels shoulder tension, offers a pause, guides rest."""
