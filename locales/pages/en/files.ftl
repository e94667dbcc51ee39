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
tariffs-file = tariffs
figures-file = management-figures
lines-file = lines
lines-of = Lines of { $number }
line-number = Line no.
line-part = Part of the price
sheet-rows = Rows: { $count }; as of { $day }
sheet-filter = Filter
filter-search = Search
billing-file = billing-plan
billing-file-title = Plan { $month }
dunning-file = overdue
