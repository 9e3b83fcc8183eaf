"""All that Easel knows of Oxen.ai: values to HTTP and back, the client, the event stream, the catalogue."""
