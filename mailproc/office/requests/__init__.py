"""Place a request, correct it, and change its rota."""
