"""Reading of MS Project XML (MSPDI): a plan as facts, its faults located; pure, no database."""
