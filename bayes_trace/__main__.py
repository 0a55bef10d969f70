"""``python -m bayes_trace`` is ``bayes-trace``."""

from bayes_trace.cli import main

if __name__ == "__main__":
    main()
