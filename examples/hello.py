"""The value of a program is its last expression: nothing has to be printed."""

greeting = "hello from a program"
greeting.upper()
