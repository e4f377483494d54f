"""Stages of the pipeline: each reads some results of earlier ones and returns one frozen result; none imports another."""
