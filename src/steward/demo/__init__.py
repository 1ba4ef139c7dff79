"""The demo: sample accounts, and a page that shows the mail which would have left and answers it as the customer.

Only there with STEWARD_DEMO=1; nothing else knows of it.
"""
