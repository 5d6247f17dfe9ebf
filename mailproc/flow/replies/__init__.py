"""What is answered to a message that belongs to no transaction of ours."""
