"""Made-up registrants for test keys: plain records, never rows, judged by the rules that judge everyone.

Only what a test key asked for is kept (``SandboxAuthorization``), apart from every live row (decision 0021).
"""
