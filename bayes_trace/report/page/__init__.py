"""Templates, styles and the filter that Pandoc is given; data, no code."""
