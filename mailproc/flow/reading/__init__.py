"""Read what a letter says, who sent it, and which letter of ours a bounce is about. Changes nothing."""
