"""The domain model of interlibrary loan: messages, state tables, policy, timers, rota. Pure."""
