"""The stages: each reads some of what came before and returns one frozen result; none knows another."""
