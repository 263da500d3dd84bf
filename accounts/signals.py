"""Sign-ins, sign-outs and second factors, as allauth and Django tell of them, on their way into the audit log."""
