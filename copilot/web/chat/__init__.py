"""The chat at `/chat`: Chainlit, which draws what the service answers and decides nothing."""
