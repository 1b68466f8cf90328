from datetime import date, datetime, timedelta, timezone
import calendar
for month in range(1, 7):
    last = calendar.monthrange(2024, month)[1]
    print(date(2024, month, last).isoformat(), date(2024, month, last).strftime("%A"))
start = datetime(2024, 2, 28, 22, 30, tzinfo=timezone.utc)
print((start + timedelta(hours=30)).isoformat(), (date(2024, 12, 25) - date(2024, 2, 29)).days)
print(datetime.strptime("03/Nov/2023:14:05:59 +0100", "%d/%b/%Y:%H:%M:%S %z").astimezone(timezone.utc))
print(datetime.fromisoformat("2024-05-06T07:08:09.123456+02:00").timestamp())
