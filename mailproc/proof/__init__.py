"""Who a letter is really from: DKIM verified here, and what our own relay said of DMARC.

Pure: DNS is a function that the caller passes in, and so is the time.
"""
