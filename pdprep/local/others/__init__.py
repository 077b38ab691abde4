"""Other services on the same endpoint: what AWS's samples need of them, and a refusal of the rest."""
