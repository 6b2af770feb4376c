"""The kernel of the signals: fields, snapshots, panels, quantities, detectors; pure functions only."""
