"""A set to which no piece of advice applies, as plain data; tests break one thing of it each."""

SOUND = {
    "version": 1,
    "id": "sound",
    "title": "Sound",
    "question": "Why?",
    "base_coder": "one",
    "coders": [{"id": "one"}, {"id": "two"}],
    "conditions": {"loyal": "0 to 1"},
    "codebook": [
        {"id": "J1", "text": "a claim", "step": "claim"},
        {"id": "M1", "text": "the deed", "restates": ["outcome"]},
    ],
    "hypotheses": [
        {"id": "loyalty", "label": "L", "statement": "L", "prior": 0.4, "steps": ["claim", "motive"]},
        {"id": "bargain", "label": "B", "statement": "B", "prior": 0.4},
        {"id": "residue", "label": "R", "statement": "R", "prior": 0.2, "residual": True},
    ],
    "clusters": [{"id": "box", "correlation": 0.5}],
    "sources": [
        {"id": "letter", "type": "document", "title": "A"},
        {"id": "memoir", "type": "book", "title": "B"},
    ],
    "cases": [
        {
            "case": "island",
            "label": "Island",
            "episodes": [{"id": "grant", "label": "Grant", "date": "1972-12-22", "outcome": "granted"}],
            "items": [
                {
                    "id": "plea",
                    "paraphrase": "a plea",
                    "date": "1971",
                    "source": {"key": "letter"},
                    "implications": ["J1"],
                    "step": "claim",
                    "episodes": ["grant"],
                    "codings": [
                        {
                            "values": {
                                "loyalty": {"low": 0.3, "best": 0.5, "high": 0.7},
                                "bargain": 0.3,
                                "residue": 0.3,
                            }
                        },
                        {"coder": "two", "values": {"loyalty": 0.5, "bargain": 0.3, "residue": 0.3}},
                    ],
                },
                {
                    "id": "offer",
                    "paraphrase": "an offer",
                    "date": "1972",
                    "source": {"key": "memoir"},
                    "step": "motive",
                    "episodes": ["grant"],
                    "codings": [
                        {"values": {"loyalty": 0.2, "bargain": 0.4, "residue": 0.5}},
                        {"coder": "two", "values": {"loyalty": 0.2, "bargain": 0.4, "residue": 0.5}},
                    ],
                },
            ],
        }
    ],
}


def plea(data):
    return data["cases"][0]["items"][0]
