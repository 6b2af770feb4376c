"""Publishers' own addresses, read by the names of their fields: what is too important for a wrapper."""
