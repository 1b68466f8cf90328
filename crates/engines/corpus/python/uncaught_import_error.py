from collections import NoSuchName
