from datetime import date, datetime, time, timedelta
holidays = {date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)}
def working_days(first, last):
    day = first
    while day <= last:
        if day.weekday() < 5 and day not in holidays:
            yield day
        day += timedelta(days=1)
days = list(working_days(date(2024, 12, 20), date(2025, 1, 5)))
print(len(days), [f"{day:%a %d}" for day in days])
start = datetime(2024, 2, 28, 22, 30)
for hours in (1, 26, 24 * 366):
    print(start + timedelta(hours=hours), (start + timedelta(hours=hours)).isocalendar())
gap = datetime(2025, 3, 1) - start
print(gap, gap.days, gap.seconds, gap.total_seconds(), gap // timedelta(weeks=1), gap % timedelta(days=7))
print(timedelta(minutes=-5), repr(timedelta(days=1, microseconds=3)), abs(timedelta(days=-1)))
print(datetime.strptime("03/Feb/2021:04:05:06 +0100", "%d/%b/%Y:%H:%M:%S %z").isoformat())
print(date.fromisoformat("2024-02-29").replace(year=2028).strftime("%A, %d. %B %Y, day %j, week %U"), date(2024, 1, 1).toordinal())
print(datetime.combine(date(2020, 1, 2), time(3, 4, 5, 678)).isoformat(timespec="milliseconds"), time(23, 59) < time(0, 0, 1))
try:
    date(2023, 2, 29)
except ValueError as error:
    print("no such day")
