"""Figures and explorers, one module per lesson; the only place that knows Matplotlib.

`style` draws still pictures with a text alternative, `explorer` puts sliders on one.
"""
