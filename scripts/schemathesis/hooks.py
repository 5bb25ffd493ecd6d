# What Schemathesis cannot know of the service: a valid Idempotency-Key belongs to one submission.
# Every submission gets its own key. Invalid keys stay as they are.
import itertools
import re

import schemathesis

KEY = re.compile(r'[!#-+\--:<-~]{1,255}|"([!#-\[\]-~]|\\["\\]){1,255}"')
numbers = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and KEY.fullmatch(key):
        headers["Idempotency-Key"] = f"submission-{next(numbers)}"
