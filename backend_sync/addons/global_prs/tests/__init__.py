from . import test_ext_erase
from . import test_ext_upsert
