"""The agents' panel: views and templates over tickets, people and mail. No tables of its own."""
