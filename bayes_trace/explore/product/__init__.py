"""The page as it is built from `web/`, without a set in it."""
