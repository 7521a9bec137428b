"""Pure rules of the projects room: neither the database nor the request."""
