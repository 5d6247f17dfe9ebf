"""Answers to messages that belong to no transaction of ours."""
