"""Pages of the area `indicators` (being written apart: the lead writes web/charts, web/dashboard and web/indicators)."""
