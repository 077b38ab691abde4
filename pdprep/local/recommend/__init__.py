"""The preview recommender: popularity and co-occurrence, by the service's rules of time.

It shows *when* a record counts. It is no claim about what the real models recommend.
"""
