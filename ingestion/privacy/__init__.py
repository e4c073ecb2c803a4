"""Rights of the people whose posts are read: what holds traces of them, and how those go."""
