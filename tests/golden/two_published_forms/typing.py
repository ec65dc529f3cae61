from golden_client.models.golden.forms import catalog, page

page.Input(image_urls=["u"], prompt="p", scale=0.5, width_height="1024x1024(1:1)")
catalog.Input(image_urls=["u"], prompt="p", scale=0.5, width_height="1024x1024(1:1)")
