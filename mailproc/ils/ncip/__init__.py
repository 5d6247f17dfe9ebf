"""NCIP 2.02 (NISO Z39.83-1), in which a library system is asked and told: messages to it, its answers.

``messages`` are the values that are sent, ``writing`` makes them XML in the order of ``element_order``;
``answers`` reads what comes back, ``patron`` the patron in it, and ``problems`` sorts refusals by what to do.
"""
