"""Programs that write what the repository keeps: fonts, pictures, documents."""
