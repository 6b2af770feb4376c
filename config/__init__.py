"""What a human sets before start: settings, sessions, index map, lists. Read by the composition root alone."""
