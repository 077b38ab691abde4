"""Operations on solutions, recommenders and campaigns, and what they do by themselves."""
