from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

start = datetime(2024, 3, 31, 0, 30, tzinfo=timezone.utc)
try:
    berlin = ZoneInfo("Europe/Berlin")
    for hours in range(3):
        print((start + timedelta(hours=hours)).astimezone(berlin).isoformat())
except Exception as error:
    print(type(error).__name__)
print(date(2024, 2, 29) + timedelta(days=366), date(2024, 1, 1).isocalendar(), date(2023, 12, 25).strftime("%A %d %B %Y"))
print(datetime.strptime("05/01/24 7:08 PM", "%d/%m/%y %I:%M %p"), datetime.fromisoformat("2024-01-05T10:00:00+02:00").utcoffset())
print(timedelta(days=-1, seconds=3661), (date(2024, 12, 25) - date(2024, 7, 4)).days, time(9, 5).isoformat("minutes"))
print(datetime(1970, 1, 2, tzinfo=timezone.utc).timestamp(), datetime.max)
