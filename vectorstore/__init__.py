"""Documents with vectors: keep, find, forget. Knows nothing of posts or retail."""
