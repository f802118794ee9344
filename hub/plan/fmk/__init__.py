"""FMK's own structures, as JSON and XML, read into the plan's own dosage."""
