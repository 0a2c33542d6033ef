"""What can be known of a figure that nobody printed: bounds from everything that is, each with its proof."""
