from golden_client.models.golden import field_names

given = field_names.Input(
    payload_=1, copy_=2, list_=3, int_=4, literal=5, field=6, class_=7, self_=8, x=9
)
number: int | None = given.copy_
field_names.Input(field_241_positive_prompt=1, prompt_text=2, width_height=3)
field_names.Input(field_u017f=1, schema_=2, model_config_=3, class__=4)
