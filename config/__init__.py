"""The one place that knows all three apps: settings, addresses, schedule and servers."""
