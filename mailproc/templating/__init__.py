"""Templates: their files, contracts and checks, and the sandbox that renders them."""
