"""nbgrader's settings for a class. `python start.py grade` copies them to the class's folder, once.

The copy is yours to change; nbgrader reads it whenever it runs in that folder.
"""

from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute

from classroom.execute import ExecuteAll

c = get_config()  # noqa: F821 - nbgrader provides it

c.CourseDirectory.course_id = "neural-networks"

# A crash or an endless loop costs the cell in which it happens, not the submission.
c.Autograde.autograde_preprocessors = [
    ExecuteAll if step is Execute else step
    for step in Autograde.autograde_preprocessors.default_args[0]
]

# Seconds for one cell. What `check` lets pass must pass here: it stops a function after at most 60
# seconds, and calls it again to see whether it gives the same result.
c.ExecuteAll.timeout = 150

# Seconds until a kernel has started, and until it has sent what was printed, on a busy machine.
c.ExecuteAll.startup_timeout = 180
c.ExecuteAll.iopub_timeout = 30
