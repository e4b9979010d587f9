"""Grading a class with nbgrader: `python start.py grade FOLDER LESSON`. See docs/teaching.md."""
