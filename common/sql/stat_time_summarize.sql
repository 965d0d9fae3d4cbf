-- Lets the latest tickets, events and scans be found by time at once.
select kaquan.time_summarize()
