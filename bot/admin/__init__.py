"""Running the service: what administrators do, whichever way they say it; every change goes through the store once."""
