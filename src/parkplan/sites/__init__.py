"""From bad parcels to sites: contiguity, assembly with proof, ranking, advice on reuse, and a funded programme."""
