"""A partner without a system: letters to people, and what people write back."""
