"""NumPy helper modules of the course, one per lesson; import the module you need."""
