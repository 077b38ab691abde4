"""Jobs: what one can wait for, stop and go on with, in this session and in later ones."""
