"""What calls cost: list prices, tokens and traffic in, USD a month or per 1,000 calls out."""
