"""Every event and body that crosses a border: frozen models, one module per thing."""
