"""What outlives the process: market tables, alerts, deliveries, settings. The only place with SQL."""
