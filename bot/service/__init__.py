"""The verbs of a job, one a file; awaits ports only, and knows neither Discord nor HTTP nor SQL."""
