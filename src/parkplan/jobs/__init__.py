"""The use cases as plain functions, one file each: what the command line, the app and notebooks call."""
