"""Rules of the room: pure functions over what was received."""
