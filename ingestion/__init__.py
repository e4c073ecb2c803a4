"""All that enters, on its way to clean tables and the index."""
