"""Starting, testing and drilling the product."""
