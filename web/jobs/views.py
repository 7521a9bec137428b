"""Pages of the area `jobs` (being written apart from the frame, the dashboard and the projects)."""
