# Alarms.

alarms-period = Time looked at
alarms-day = last 24 hours
alarms-days = last { $days } days
alarms-lost = Lost redundancy
alarms-lost-is = Both feeds together drew more than one alone can carry: losing one would have stopped the rack.
alarms-lost-caption = Alarms of the last { $days } days, the latest first; powers in kW
alarms-lost-none = No rack has lost its redundancy. The floor plan shows the load of each feed.
alarm-lasts = going on
alarm-over = over
alarm-lasted = Lasted
alarm-peak = Highest mean of A + B (kW)
alarm-limit = Limit of one feed (kW)
alarms-silent = Silent meters
alarms-silent-caption = Meters in service without a reading for longer than their tolerance
alarms-silent-none = Every meter in service speaks. The list shows their coverage of the month.
alarm-silence = Silent for
alarm-never-read = never read
alarms-refused = Refused readings
alarms-refused-is = Files of which lines were refused, for instance because a device answers -1 for “not supported”.
alarms-refused-none = No recent file has a refused line.
alarms-file = alarms
upload-percent = { $percent }% of the file is read.
