from g60_pipeline.api import Connection as Connection
from g60_pipeline.api import connect as connect
from g60_pipeline.api import load as load
from g60_pipeline.errors import G60Error as G60Error

__version__: str
STARTED: int
