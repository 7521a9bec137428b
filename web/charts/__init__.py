"""Still charts: pure functions from numbers to SVG primitives; each has its table."""
