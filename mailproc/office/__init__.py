"""What staff ask and do, for the command line now and a page later."""
