"""Prove who sent a letter: DKIM, verified here, and what our own relay reports about DMARC.

Pure: DNS and the time are passed in.
"""
