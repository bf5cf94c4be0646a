"""The desk of orders: what a superior office wants done, signed for, answered and judged."""
