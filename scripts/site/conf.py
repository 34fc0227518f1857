"""How the documents become pages: the settings of Sphinx for `make docs`."""
project = "Claviger"
author = "Claviger"
html_title = "Claviger"
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
extensions = ["myst_parser", "sphinx_copybutton"]
root_doc = "README"
exclude_patterns = ["_static"]
# The headings' anchors are those by which the documents link to one another.
myst_heading_anchors = 4
myst_enable_extensions = ["tasklist"]
# Blocks in languages that the highlighter does not know, or that show an excerpt, stand as they are.
suppress_warnings = ["misc.highlighting_failure"]
highlight_language = "none"
copybutton_prompt_text = ""
