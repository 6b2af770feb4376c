"""What people read: neutral messages made of blocks, in Chinese and English."""
