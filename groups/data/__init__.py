"""Data shipped with the product, each with its source, licence and checksum in README.md."""
