"""Where batches of posts are prepared."""
