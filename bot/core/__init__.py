"""What Easel means, as plain values and pure functions: no await, no clock, no logging, no Discord."""
