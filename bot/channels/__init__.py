"""Where messages go: one file per kind of channel; they know markup and limits, nothing of funds."""
