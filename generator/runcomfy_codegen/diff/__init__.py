"""What a change of schemas means for callers: facts first, findings second, reports last.

``compare`` says what changed, ``rules`` turn these facts into findings, and ``report`` puts
the findings into the form that all writers understand. The room ``subtype`` decides whether
one schema accepts every value of another.
"""
