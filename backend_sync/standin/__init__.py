"""A small server that answers as Odoo 17 does for the models we use; held to recorded answers by the tests."""
