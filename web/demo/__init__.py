"""The demonstration: twelve fictitious projects and the published panorama."""
