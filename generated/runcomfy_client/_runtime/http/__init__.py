"""The transport seam over httpx. No type of httpx leaves this folder."""
