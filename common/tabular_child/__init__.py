"""What opens files of strangers: a child process without Django, settings or secrets."""
