"""Octets to trees and back: the basic encoding rules (X.690) and the ASN.1 module."""
