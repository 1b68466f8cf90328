import calendar
print(calendar.month(2024, 2))
print(calendar.TextCalendar(calendar.SUNDAY).formatmonth(2023, 10, w=3))
print(calendar.isleap(1900), calendar.isleap(2000), calendar.leapdays(2000, 2025), calendar.monthrange(2024, 2))
print([day for day in calendar.Calendar().itermonthdates(2024, 9)][:7][0], list(calendar.day_abbr), calendar.month_name[12])
fridays = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13) if calendar.weekday(year, month, 13) == calendar.FRIDAY]
print("Friday 13th:", fridays)
print(calendar.timegm((2001, 9, 9, 1, 46, 40)), calendar.monthcalendar(2021, 2))
