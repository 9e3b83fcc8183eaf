"""The REST API, one module a resource. Thin: reads the request, asks the core, writes the answer."""
