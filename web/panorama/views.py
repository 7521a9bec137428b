"""Pages of the area `panorama` (being written apart from the frame, the dashboard and the projects)."""
