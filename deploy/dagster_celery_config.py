"""Settings of the Celery workers: `dagster_celery.app` reads this module where it is on the path."""

import os

broker_url = result_backend = os.environ["G60_BROKER"]
worker_prefetch_multiplier = 1
broker_connection_retry_on_startup = True
