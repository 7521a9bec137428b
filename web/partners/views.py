"""Pages of the area `partners` (being written apart from the frame, the dashboard and the projects)."""
