"""What interlibrary loan is: messages, state tables, policy, timers, rota. Pure."""
