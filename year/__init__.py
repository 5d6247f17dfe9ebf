"""A simulated year of a library: real stations on a real store, everybody else scripted (``make year``)."""
