"""The sentences of the product in both languages, one YAML file for each room that speaks."""
