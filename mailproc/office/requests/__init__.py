"""Staff place a request, correct it, and change its rota."""
