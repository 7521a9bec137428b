"""Pages of the area `budgets` (being written apart from the frame, the dashboard and the projects)."""
