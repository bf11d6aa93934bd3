"""Models, from the upload to the verdict of what happened."""
