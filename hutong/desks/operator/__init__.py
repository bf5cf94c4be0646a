"""The operator's desk: taking what people tell us, and judging what arrived by itself."""
