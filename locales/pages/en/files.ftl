# Names of files, words only files use, and where an empty list leads.

racks-file = racks
meters-file = meters
tenants-file = tenants
contracts-file = contracts
usage-file = usage
anomaly-undeclared-decrease = undeclared decrease
anomaly-rollover = rollover
anomaly-reset = reset
anomaly-above-rating = above the rating
empty-all = Show all
empty-today = See as of today
