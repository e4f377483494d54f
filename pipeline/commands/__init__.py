"""What each command does, without a terminal: values in, values and files out."""
