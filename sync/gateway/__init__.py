"""The municipality's side: receives the log, serves signed plans and commands, shows alarms. Not on the appliance."""
