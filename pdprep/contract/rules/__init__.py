"""The rules: one object each, in a module by kind, all of them in ``registry``."""
