"""One module a feature, thin: what Discord hands over becomes a value for the service, and its answer is shown."""
