import calendar
import datetime as dt
import time
from zoneinfo import ZoneInfo

start = dt.datetime(2024, 2, 28, 23, 30)
print(start + dt.timedelta(hours=25), (dt.date(2024, 3, 1) - dt.date(2023, 3, 1)).days, start.isocalendar(), start.timetuple().tm_yday)
print(dt.datetime.strptime("03/Apr/2021:10:11:12 +0200", "%d/%b/%Y:%H:%M:%S %z"), dt.date.fromisoformat("2024-W09-4"))
print(f"{start:%A %d %B %Y, %I:%M %p}", start.strftime("%j %U %y"), dt.time(1, 2, 3).isoformat("milliseconds"))
print(dt.timedelta(days=-1, seconds=5), dt.timedelta(weeks=1, minutes=90) / 2, dt.timedelta(seconds=3661).total_seconds(), divmod(dt.timedelta(hours=5), dt.timedelta(hours=2)))
utc = dt.datetime(2024, 3, 31, 0, 30, tzinfo=dt.timezone.utc)
for zone in ("Europe/Paris", "America/New_York", "Asia/Kolkata"):
    local = utc.astimezone(ZoneInfo(zone))
    print(zone, local.isoformat(), local.tzname(), local.dst())
print((utc + dt.timedelta(hours=1)).astimezone(ZoneInfo("Europe/Paris")).hour, utc.timestamp(), dt.datetime.fromtimestamp(0, dt.timezone.utc))
print(calendar.monthrange(2024, 2), calendar.isleap(1900), [d.day for d in calendar.Calendar().itermonthdates(2024, 9)][:3])
print(time.strftime("%Y-%m-%d", time.gmtime(86400 * 365)), time.gmtime(0).tm_wday, dt.datetime.max.year, dt.date.min)
ages = {name: (dt.date(2024, 6, 1) - born).days // 365 for name, born in {"a": dt.date(2000, 7, 1), "b": dt.date(1990, 1, 1)}.items()}
print(ages, sorted([dt.date(2024, 1, 2), dt.date(2023, 5, 1)]), dt.datetime(2024, 1, 1) < start, start.replace(day=1).date())
for text in ("2024-13-01", "2023-02-29"):
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        print(error)
try:
    start < utc
except TypeError as error:
    print(error)
