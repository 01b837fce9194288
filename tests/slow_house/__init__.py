"""A room whose one chore takes its time, or never ends, for the tests of how keeping stops."""
