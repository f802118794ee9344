"""The screen: draws what the hub says, sends back what was touched, keeps no state."""
