from . import test_ext_upsert
