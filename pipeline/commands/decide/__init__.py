"""Single decisions: `vignette decide` turns what is asked for (`request`) into decisions about what is meant (`targets`)."""
