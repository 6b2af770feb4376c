"""Pictures for chats and the page: what is drawn is a value, how it looks stands in `style`, `studio` draws it."""
