import sched
now, done = [0], []
scheduler = sched.scheduler(lambda: now[0], lambda delay: now.__setitem__(0, now[0] + delay))
scheduler.enter(5, 1, done.append, ("five",))
scheduler.enter(2, 2, done.append, ("two, later",))
scheduler.enter(2, 1, done.append, ("two, first",))
event = scheduler.enter(3, 1, done.append, ("never",))
scheduler.cancel(event)
scheduler.enterabs(10, 1, lambda: scheduler.enter(1, 1, done.append, kwargs={}, argument=("nested",)))
scheduler.run()
print(done, now[0], scheduler.empty())
