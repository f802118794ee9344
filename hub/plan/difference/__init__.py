"""What is another in one plan than in another, when it counts, and what that does to the box; in a nurse's words."""
