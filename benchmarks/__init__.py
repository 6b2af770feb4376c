"""What is fast is shown here, side by side in one run with what one would pick instead.

Every module with a function ``jobs(stage)`` is a benchmark: it yields a `Job` for each thing to be done, with
the ways of doing it. Put another file here and `etfbot bench` runs it.
"""
