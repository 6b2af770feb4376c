"""The subscriber's rule language."""
