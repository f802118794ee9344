"""One file a device, each with its twin. They know `hub.ports` and nothing else of the hub."""
