"""FMK's Danish dosage text: the words, a period as its text sees it, and the shapes a text can have."""
