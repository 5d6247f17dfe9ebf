"""Templates: where they lie, their contracts and checks, and the sandbox that renders them."""
