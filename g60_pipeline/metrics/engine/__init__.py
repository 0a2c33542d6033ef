"""What every metric is made with: numbers that carry their derivation, intervals, formulas that compute and explain."""
