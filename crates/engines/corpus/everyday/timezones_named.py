from datetime import datetime
from zoneinfo import ZoneInfo
moment = datetime(2024, 7, 1, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
    print(zone, moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z"))
print(datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset())
