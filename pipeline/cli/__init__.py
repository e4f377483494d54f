"""The terminal: the application, its options, its console, and one module for each command."""
