"""Evidence: what followed a signal in the past, beside what follows on any other day; see `evidence.study`."""
