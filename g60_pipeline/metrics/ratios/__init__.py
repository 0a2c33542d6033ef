"""One figure over another: share of China, ratios per head and over output, location quotients."""
