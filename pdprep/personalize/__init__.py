"""TO Amazon Personalize: resources, imports, puts and jobs, in whichever environment one is."""
