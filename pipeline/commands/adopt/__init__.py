"""`vignette adopt`: what a person changed in a whole caption file, as decisions."""
