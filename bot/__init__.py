"""The running service: files tell the story, folders touch the world."""
