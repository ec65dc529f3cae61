"""What a change of schemas does to callers: facts first, judgement second, reports last.

``compare`` says what changed (``subtype`` decides whether one set of values lies in another),
``rules`` judge the facts, ``report`` writes the findings down.
"""
