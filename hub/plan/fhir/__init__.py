"""FHIR R4 as Danish FMK-to-FHIR practice writes it, read into the plan's own dosage."""
