"""The server as clients meet it: connections, the gateway, the app, the admin path."""
