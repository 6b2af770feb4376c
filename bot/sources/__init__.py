"""Where figures come from: one file per upstream table; units and vendor words stop here."""
