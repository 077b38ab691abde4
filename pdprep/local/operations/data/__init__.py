"""Operations on datasets, their records and what describes them."""
