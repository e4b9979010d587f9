"""The course in a browser: JupyterLab, Python and the notebooks as plain files, in `site/lab`.

Python itself comes as WebAssembly (Pyodide) and runs on the reader's machine. JupyterLite gives it
JupyterLab's page, and keeps what a reader changes in the browser's own storage.
"""
