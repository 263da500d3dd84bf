"""The media process: UDP in, right to speak checked per packet, UDP out. No Django inside."""
