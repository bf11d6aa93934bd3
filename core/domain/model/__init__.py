"""Models of interruption risk: what goes in, what comes out, how arrays become a model, and how a model is judged."""
