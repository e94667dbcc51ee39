# Names of files, and words only files use.

racks-file = racks
meters-file = meters
usage-file = usage
anomaly-undeclared-decrease = undeclared decrease
anomaly-rollover = rollover
anomaly-reset = reset
anomaly-above-rating = above the rating
