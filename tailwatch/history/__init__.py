"""Earlier runs, remembered in numbers: which logs were read, how they ended, and the curves of those that went well."""
