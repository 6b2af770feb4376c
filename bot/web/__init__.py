"""The local chat page: looks like a chat, needs no token, answers on this computer only unless told otherwise."""
