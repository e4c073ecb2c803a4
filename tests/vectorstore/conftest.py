"""Plain asserts of the shared conformance suite say what they compared."""

import pytest

pytest.register_assert_rewrite("tests.contracts.document_store")
