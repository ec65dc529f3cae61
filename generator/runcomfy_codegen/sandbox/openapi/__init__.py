"""The sandbox's calls as an OpenAPI 3.1 document, from the same schemas that check inputs."""
