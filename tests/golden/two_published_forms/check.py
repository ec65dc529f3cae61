page, catalog = (models[f"golden/forms/{name}"] for name in ("page", "catalog"))


def told(module):
    fields = module.Input.model_fields
    return {
        name: (repr(field.annotation), field.alias, field.is_required())
        for name, field in fields.items()
    }


assert told(page) == told(catalog)
bare = [
    [(rule.pointer, rule.metric, rule.operator, rule.limit) for rule in module.RULES]
    for module in (page, catalog)
]
assert bare[0] == bare[1]
assert list(page.Output.model_fields) == list(catalog.Output.model_fields)
assert page.SCHEMA_SHA256 != catalog.SCHEMA_SHA256
