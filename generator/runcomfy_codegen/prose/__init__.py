"""Reads limits out of published descriptions: text and fields in, drafts out.

``reader.draft_limits`` reads every description of a model. What it understands becomes a draft
with the words it was read from; every other sentence that may state a limit is listed for a
person. Nothing here decides an input: a draft counts only after a person has reviewed it.
"""
