"""Pages of the area `dashboard` (being written apart: the lead writes web/charts, web/dashboard and web/indicators)."""
