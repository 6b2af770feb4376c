"""Today's tables through akshare, which runs in a child process only."""
