"""What a host's name tells without asking anybody; resolves nothing."""

from ipaddress import ip_address


def is_loopback(host: str | None) -> bool:
    """Tell whether a host, given without a port, is this very machine by its name or number."""
    if host is None:
        return False
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
