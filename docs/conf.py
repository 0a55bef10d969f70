"""Sphinx: the pages are Markdown, the references are generated from the package, nothing is fetched."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "bayes_trace"
author = "The bayes_trace project"
project_copyright = "the bayes_trace project, Apache-2.0"
release = version = metadata.version("bayes-trace")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "generated",
]
exclude_patterns = ["_build", "_ext", "_generated/*.md", "_generated/cache", "_generated/extra"]
default_role = "autolink"
language = "en_GB"
nitpicky = True
# names of other projects are not looked up (a build needs no network), nor types inside the package
nitpick_ignore_regex = [("py:.*", r"(?!bayes_trace\.)[\w.]+"), ("py:class", ".*")]
show_warning_types = True
highlight_language = "none"
pygments_style = "tango"

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3

autosummary_generate = False
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
toc_object_entries = False
python_maximum_signature_line_length = 90
autodoc_type_aliases = {
    name: name for name in ("npt.ArrayLike", "Array", "Table", "Unit", "Range", "Values", "Progress")
}
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "bayes_trace"
html_static_path = ["_static"]
# the report to click on, written before the pages are
(Path(__file__).parent / "_generated" / "extra").mkdir(parents=True, exist_ok=True)
html_extra_path = ["_generated/extra"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = True
html_domain_indices = False
_ALONE = ("index", "tutorial", "lesson", "standards", "comparison", "gallery", "gallery-plots", "changelog")
html_sidebars: dict[str, list[str]] = {page: [] for page in _ALONE}
html_theme_options = {
    "logo": {"text": "bayes_trace"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 7,
    "show_prev_next": True,
    "show_toc_level": 2,
    "navigation_depth": 3,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "gallery": []},
    "back_to_top_button": False,
}
