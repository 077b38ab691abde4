"""TO Amazon Personalize: resources, imports, puts and jobs, in whichever world one is."""
