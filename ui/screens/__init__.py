"""The screens, one file a screen with its kv."""
